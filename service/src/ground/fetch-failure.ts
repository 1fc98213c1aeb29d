// Why a source URL gave no bytes.

/** `message` is a sentence a person can act on; it never holds the URL, which is often a credential. */
export class FetchFailure extends Error {
  /** Whether the same URL may well answer a little later. */
  readonly isRetryable: boolean
  /** Whether the other side closed the connection before all bytes were here. */
  readonly hasSenderLeft: boolean

  constructor(message: string, options: { isRetryable: boolean; hasSenderLeft?: boolean; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.name = 'FetchFailure'
    this.isRetryable = options.isRetryable
    this.hasSenderLeft = options.hasSenderLeft ?? false
  }
}
