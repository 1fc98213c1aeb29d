// An empty database and an empty bucket for an installation to move to, and the file that names them.
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { inject } from 'vitest'
import { openS3, type S3Blobs, type S3Settings } from '../../src/blobs/s3/open-s3.ts'
import { environmentOf } from './bucket-bytes.ts'
import { type NewDatabase, newDatabase } from './new-database.ts'
import { useBucket } from './use-bucket.ts'

export interface MoveTarget {
  database: NewDatabase
  bucket: S3Blobs
  /** What the store itself says of an object's bytes. */
  headersOf(key: string): Promise<Record<string, unknown>>
  /** Names the bucket alone. */
  s3: Record<string, string>
  close(): Promise<void>
}

export async function openMoveTarget(): Promise<MoveTarget> {
  const settings = await useBucket()
  const [database, bucket] = [await newDatabase(inject('postgresUrl')), openS3(settings)]
  return {
    database,
    bucket,
    headersOf: key => headersOf(settings, key),
    s3: environmentOf(settings),
    close: async () => {
      await bucket.close()
      await database.drop()
    },
  }
}

async function headersOf(settings: S3Settings, key: string): Promise<Record<string, unknown>> {
  const { bucket, prefix, region, endpoint = '', credentials } = settings
  if (credentials === undefined) throw new Error('the test store has keys')
  const client = new S3Client({ region, endpoint, credentials, forcePathStyle: true })
  const answer = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: prefix + key }))
  client.destroy()
  return { ...answer }
}

/** The secret that an installation has made for itself. */
export const secretOf = async (dataDir: string): Promise<string> =>
  (await readFile(path.join(dataDir, 'secret.key'), 'utf8')).trim()

export const newSecret = (): string => randomBytes(32).toString('hex')

/** Writes the variables into a file as an operator does; answers its path. */
export async function writeEnv(folder: string, variables: Record<string, string>): Promise<string> {
  const file = path.join(folder, `target-${randomBytes(4).toString('hex')}.env`)
  const lines = Object.entries(variables).map(([name, value]) => `${name}="${value}"`)
  await writeFile(file, `# the new place\n${lines.join('\n')}\n`)
  return file
}
