// A bucket of its own for the bytes of a test's service, and what leads there.
import path from 'node:path'
import { openS3 } from '../../src/blobs/s3/open-s3.ts'
import type { Area } from '../../src/upkeep/ports.ts'
import type { TestBytes } from './test-bytes.ts'
import { useBucket } from './use-bucket.ts'

export async function inBucket(dataDir: string): Promise<TestBytes> {
  const settings = await useBucket({ folder: path.join(dataDir, 'lent') })
  const blobs = openS3(settings)
  const keysIn = async (area: Area) => {
    const keys: string[] = []
    for await (const page of blobs.stored(area)) keys.push(...page.map(({ key }) => key))
    return keys
  }
  return {
    environment: environmentOf(settings),
    files: async () =>
      (await Promise.all((['incoming', 'quarantine', 'media'] as const).map(keysIn))).flat().sort(),
    remove: blobs.remove,
    close: blobs.close,
  }
}

export const environmentOf = ({
  bucket,
  prefix,
  endpoint,
  credentials,
}: Awaited<ReturnType<typeof useBucket>>): Record<string, string> => ({
  S3_BUCKET: bucket,
  S3_PREFIX: prefix,
  S3_ENDPOINT: endpoint ?? '',
  S3_ACCESS_KEY_ID: credentials?.accessKeyId ?? '',
  S3_SECRET_ACCESS_KEY: credentials?.secretAccessKey ?? '',
  S3_FORCE_PATH_STYLE: '1',
})
