// A process that serves an installation or works for it, as the others see it.

export interface Server {
  /** Random, and another at each start. */
  id: string
  /** Where its bytes are: two servers share them if, and only if, both say the same. */
  store: string
  /** Unix milliseconds, like all times here. */
  startedAt: number
  /** It says again that it lives well before then. */
  aliveUntil: number
}

/** How long one that says nothing more counts as alive. */
export const LIFE_MS = 45_000

/** `folder:<id>` or `s3:<place>/<bucket>/<prefix>`, for an operator. */
export function storeInWords(store: string): string {
  const [kind, ...rest] = store.split(':')
  const name = rest.join(':')
  return kind === 'folder' ? `the folder whose blobs/store.id says ${name}` : `the bucket ${name}`
}
