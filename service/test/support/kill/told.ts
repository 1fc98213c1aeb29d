// What a client was told about one asset: only answers it has seen.

export interface Told {
  assetId: string
  /** URLs of the server itself are kept as paths: each start listens on another port. */
  url: string
  uploadUrl: string
  /** Where a form goes, and what stands before its file. */
  form: { url: string; fields: Record<string, string>; fileField: string }
  bytes: Buffer<ArrayBuffer>
  /** As long as those, and sent at the same moment: one of the two is the asset, and which is seen when it is served. */
  rival: Buffer<ArrayBuffer> | undefined
  /**
   * A step that was begun and never answered may have happened, or not. `spoilt`: other bytes than these were sent, which
   * no type allows.
   */
  state: 'reserved' | 'spoilt' | 'uploaded' | 'ready' | 'deleted'
  /** Asked for and perhaps never answered, so that it may have happened or not. */
  unsure: Set<'retry' | 'delete'>
  /** Of an upload in parts: so many bytes were answered for, and so many were sent. */
  parts: { sure: number; sent: number; isLengthKnown: boolean } | undefined
  /** Of this asset, on the first project's canvas. */
  nodeIds: string[]
  /** Every success it was told of. */
  answers: ToldAnswer[]
}

export interface ToldAnswer {
  step: 'reserve' | 'retry' | 'upload' | 'part' | 'complete' | 'attach' | 'direct' | 'delete'
  requestId: string
  /** The bytes that it rests on, all together. */
  bytes: number
}

export const newTold = (said: Pick<Told, 'assetId' | 'url' | 'bytes' | 'state'>): Told => ({
  ...said,
  uploadUrl: '',
  form: { url: '', fields: {}, fileField: 'file' },
  rival: undefined,
  unsure: new Set(),
  parts: undefined,
  nodeIds: [],
  answers: [],
})

export const noted = (
  told: Told,
  step: ToldAnswer['step'],
  { requestId, bytes = told.bytes.length }: { requestId: string; bytes?: number },
): void => void told.answers.push({ step, requestId, bytes })
