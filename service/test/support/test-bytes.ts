// Where a test's service keeps its bytes: in its data folder, or with HERBARIUM_TEST_BYTES=s3 in a bucket of its own.
import { readdir, unlink } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'vitest'
import { SLOW_FORM_MS } from '../../src/assets/expire.ts'

export interface TestBytes {
  /** What leads a service or a command there. */
  environment: Record<string, string>
  /** The keys of everything that is there, in order; the store's own name is none. */
  files(): Promise<string[]>
  /** As an accident does. */
  remove(key: string): Promise<void>
  close(): Promise<void>
}

const areInBucket = process.env.HERBARIUM_TEST_BYTES === 's3'

/** What the form of a reservation is like: straight to the bucket, or to our door and with nothing to add. */
export const aForm = (door: unknown) => {
  const fields = areInBucket ? expect.objectContaining({ key: expect.any(String) }) : {}
  return { url: areInBucket ? expect.any(String) : door, form_fields: fields, formFields: fields }
}

/** How long after its expiry an upload that nobody began is closed: a form may be under way to a bucket. */
export const CLOSED_AFTER_MS = areInBucket ? SLOW_FORM_MS : 0

/** The client of a bucket takes a moment to load, so most tests leave it. */
export async function openTestBytes(dataDir: string): Promise<TestBytes> {
  if (!areInBucket) return inFolder(path.join(dataDir, 'blobs'))
  const { inBucket } = await import('./bucket-bytes.ts')
  return inBucket(dataDir)
}

const inFolder = async (folder: string): Promise<TestBytes> => ({
  environment: {},
  files: async () => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries
      .filter(entry => entry.isFile())
      .map(entry => path.relative(folder, path.join(entry.parentPath, entry.name)))
      .filter(file => file !== 'store.id')
      .sort()
  },
  remove: key => unlink(path.join(folder, key)),
  close: async () => undefined,
})
