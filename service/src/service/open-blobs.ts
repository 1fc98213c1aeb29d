// Where the bytes are, as the configuration has it: a folder or a bucket.
import path from 'node:path'
import type { Forms } from '../assets/ports.ts'
import { openDisk } from '../blobs/disk/open-disk.ts'
import { readStoreId, storeIdOf } from '../blobs/disk/store-id.ts'
import type { Config } from '../config/config.ts'
import type { Locate } from '../http/delivery/redirect.ts'
import { cureOf } from '../upkeep/doctor/store-fault.ts'
import type { MoveMark } from '../upkeep/move-ports.ts'
import type { BlobStore } from '../upkeep/ports.ts'

export interface OpenBlobs extends BlobStore {
  /** How browsers bring bytes past this service; undefined where they cannot. */
  forms: Forms | undefined
  /** Of a bucket: bytes are moved there, never to a folder. */
  moveMark?: MoveMark
  /** Throws unless the store can be used. */
  check(): Promise<void>
  /** Only of a store that clients can reach themselves. */
  locate?: Locate
  close(): Promise<void>
}

export const blobsFolder = ({ dataDir }: Pick<Config, 'dataDir'>): string => path.join(dataDir, 'blobs')

/** What all nodes call the store that have it, once it is open; a folder that has no id yet is given one. */
export const storeOf = async (config: Config): Promise<string> =>
  bucketName(config) ?? `folder:${await storeIdOf(blobsFolder(config))}`

/** The same; undefined for a folder that was never served. Nothing is changed. */
export async function knownStore(config: Config): Promise<string | undefined> {
  if (config.s3 !== undefined) return bucketName(config)
  const id = await readStoreId(blobsFolder(config))
  return id && `folder:${id}`
}

const bucketName = ({ s3 }: Config): string | undefined =>
  s3 && `s3:${s3.endpoint ?? s3.region}/${s3.bucket}/${s3.prefix}`

/** The client of the bucket is loaded only where there is one. */
export async function openBlobs(config: Config): Promise<OpenBlobs> {
  if (config.s3 === undefined) return { ...(await openDisk(blobsFolder(config))), forms: undefined }
  const { openS3 } = await import('../blobs/s3/open-s3.ts')
  const { mediaCacheSeconds } = config
  return openS3({ ...config.s3, mediaCacheSeconds, folder: path.join(config.dataDir, 'lent') })
}

/** Why the bucket cannot be used and what to do about it; undefined without one, or where it can. */
export async function bucketComplaint(config: Config): Promise<string | undefined> {
  if (config.s3 === undefined) return undefined
  const blobs = await openBlobs(config)
  try {
    await blobs.check()
    return undefined
  } catch (error) {
    return inWords(config.s3, error)
  } finally {
    await blobs.close()
  }
}

async function inWords(s3: NonNullable<Config['s3']>, error: unknown): Promise<string> {
  const { faultOf } = await import('../blobs/s3/probes/fault.ts')
  const fault = faultOf(error)
  return `${placeOf(s3)} cannot be used (${fault.said}): ${cureOf(fault)}`
}

/** The bucket by the variables that say where it is. */
export const placeOf = ({ bucket, endpoint, region }: NonNullable<Config['s3']>): string =>
  `S3_BUCKET ${bucket} at ${endpoint === undefined ? `AWS in ${region}` : `S3_ENDPOINT ${endpoint}`}`
