// How far an upload is, for clients that asked to be told; theirs is the time limit that this puts off.
import type { Progress } from '@herbarium/client'
import type { ServerContext } from '@modelcontextprotocol/server'

export type ShowProgress = (progress: Progress) => void

/** Only ever tells more than before, as the protocol demands: an upload that breaks falls back. */
export function createProgress({ _meta, notify }: ServerContext['mcpReq']): ShowProgress {
  const progressToken = _meta?.progressToken
  let told = 0
  return ({ sentBytes, totalBytes, phase }) => {
    if (progressToken === undefined || sentBytes <= told) return
    told = sentBytes
    const params = { progressToken, progress: sentBytes, total: totalBytes, message: phase }
    notify({ method: 'notifications/progress', params }).catch(() => undefined) // it may be gone
  }
}
