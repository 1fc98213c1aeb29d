// What went wrong, for an agent: the code, the field and the way out.
import { HerbariumError } from '@herbarium/client'
import { Refusal } from '../ground/errors.ts'

export function refusalInWords(error: unknown): string {
  if (error instanceof HerbariumError)
    return [
      `${error.code}: ${error.message}`,
      wayOut(error),
      error.assetId && `asset_id: ${error.assetId}`,
      error.requestId && `request_id: ${error.requestId}`,
    ]
      .filter(Boolean)
      .join('\n')
  if (error instanceof Refusal) return `${error.code}: ${error.message}`
  console.error('herbarium:', error) // a fault of ours: its trace is for the operator
  return 'unknown_error: This is a fault of the tool itself; what happened stands in the stderr of herbarium mcp.'
}

/** What the message does not say, because it speaks to programs. */
function wayOut({ code, canRetry, retryAfterMs }: HerbariumError): string | undefined {
  switch (code) {
    case 'unauthorized':
    case 'invalid_api_key':
      return 'No tool can mend that: whoever configured herbarium mcp has to set FLORA_API_KEY to a key that works.'
    case 'failed_verification':
      return 'Mend the file and upload it as another asset; or "retry" gives this one a fresh upload URL, for bytes that keep the file_size and sha256 it was promised with.'
    case 'aborted':
      return 'The same call again goes on with what has arrived.'
    case 'network':
      return 'The service is not running, or FLORA_BASE_URL leads elsewhere. The same call may succeed later.'
    default:
      return canRetry ? `The same call may succeed ${inWords(retryAfterMs)}.` : undefined
  }
}

const inWords = (retryAfterMs: number | undefined): string =>
  retryAfterMs === undefined ? 'later' : `in ${Math.ceil(retryAfterMs / 1000)} s`
