// How a fetch failed; and that its failure keeps path, query, addresses and pieces of the answer to itself.
import { inspect } from 'node:util'
import { expect } from 'vitest'
import { FetchFailure } from '../../src/ground/fetch-failure.ts'

/** A path and a query as presigned URLs have them, which no failure may repeat. */
export const SECRET_PATH = '/private-folder/herb.png?X-Signature=s3cr3t'

export interface FailureFacts {
  reason: string
  isRetryable: boolean
}

/** Throws unless `work` fails with a FetchFailure whose every part is free of the secret path. */
export async function fetchFailureOf(work: Promise<unknown>): Promise<FailureFacts> {
  const failure: unknown = await work.then(
    () => new Error('nothing failed'),
    error => error,
  )
  if (!(failure instanceof FetchFailure)) throw new Error('this is no FetchFailure', { cause: failure })
  const everything = inspect(failure, { depth: null, showHidden: true })
  expect(everything).not.toMatch(/private-folder|s3cr3t|herb\.png|rawPacket|\b127\.|\b10\.0|169\.254/)
  return { reason: failure.message, isRetryable: failure.isRetryable }
}
