// The database and the bucket that several nodes share, and what they say of each other behind the nodes' backs.
import { randomBytes } from 'node:crypto'
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { freshBucket } from '../fresh-bucket.ts'
import { newDatabase } from '../new-database.ts'
import { contradictions, ROWS, rowsFrom } from '../row-facts.ts'
import type { CephPlace } from '../start-ceph.ts'
import type { Environment } from '../start-process.ts'

export interface Engines {
  postgresUrl: string
  ceph: CephPlace
}

export interface SharedEngines {
  environment: Environment
  query(sql: string, ...parameters: unknown[]): Promise<Record<string, unknown>[]>
  /** Every promise about rows that does not hold, in words. */
  contradictions(): Promise<string[]>
  /** Whether the bucket has an object by this key. */
  isStored(key: string): Promise<boolean>
  drop(): Promise<void>
}

export async function shareEngines({ postgresUrl, ceph }: Engines): Promise<SharedEngines> {
  const [database, bucket] = await Promise.all([newDatabase(postgresUrl), freshBucket(ceph)])
  const { endpoint, accessKeyId, secretAccessKey } = ceph
  const credentials = { accessKeyId, secretAccessKey }
  const s3 = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
  const read = async (sql: string) => (await database.query(sql)).map(inNumbers)
  return {
    environment: {
      DATABASE_URL: database.url,
      SECRET_KEY: randomBytes(32).toString('hex'),
      S3_BUCKET: bucket,
      S3_ENDPOINT: endpoint,
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
      S3_FORCE_PATH_STYLE: '1',
      RATE_LIMIT: 'off',
    },
    query: database.query,
    contradictions: async () => {
      const found = Object.fromEntries(
        await Promise.all(Object.entries(ROWS).map(async ([name, sql]) => [name, await read(sql)])),
      )
      return contradictions(rowsFrom(name => found[name]))
    },
    isStored: async key => {
      const { KeyCount } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key }))
      return KeyCount !== 0
    },
    drop: async () => {
      s3.destroy()
      await database.drop()
    },
  }
}

/** The client gives what may be above 2^53 as text; ids never look like a number. */
const inNumbers = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value,
    ]),
  )
