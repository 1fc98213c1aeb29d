// A disk's errors, translated at its wall.
import { Refusal, unavailable } from '../../ground/errors.ts'

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/**
 * Runs a disk operation; whatever the system says is thrown as `unavailable`, with the original as its cause. A
 * refusal has been translated already.
 */
export async function onDisk<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw error instanceof Refusal || codeOf(error) === undefined ? error : unavailable(error)
  }
}

/** Runs an operation for which a missing file is no trouble. */
export async function ifThere(act: () => Promise<unknown>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}
