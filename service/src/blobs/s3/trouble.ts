// A bucket's errors, translated at its wall.
import { unavailable } from '../../ground/errors.ts'

/** What a store said, or what became of the connection to it: no header, key or signature goes with it. */
export class BucketError extends Error {
  /** The store's own word, such as `NoSuchKey`, or the system's, such as `ECONNREFUSED`. */
  readonly code: string
  readonly status: number | undefined

  constructor(operation: string, error: unknown) {
    const { code, status, said } = factsOf(error)
    super(`${operation}: ${code}${status === undefined ? '' : ` (HTTP ${status})`}${said && `: ${said}`}`)
    this.name = 'BucketError'
    this.code = code
    this.status = status
  }
}

function factsOf(error: unknown): { code: string; status: number | undefined; said: string } {
  if (!(error instanceof Error)) return { code: 'UnknownError', status: undefined, said: String(error) }
  const system = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return { code: system ?? error.name, status: statusOf(error), said: error.message }
}

function statusOf(error: Error): number | undefined {
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined
}

/** Some stores say NoSuchKey of an upload, and a HEAD has no room for more than NotFound. */
const MISSING = new Set(['NoSuchKey', 'NoSuchUpload', 'NotFound'])

export const isMissing = (error: unknown): boolean => error instanceof BucketError && MISSING.has(error.code)

/** Runs requests to a bucket; whatever ails it is thrown as `unavailable`. */
export async function onBucket<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw error instanceof BucketError ? unavailable(error) : error
  }
}

export const notThere = (key: string) => unavailable(new Error(`${key} is not in the bucket`))
