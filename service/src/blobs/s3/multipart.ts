// Multipart uploads of one bucket: bytes that are stored in parts and are an object only once they are joined.
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import type { ServedAs } from './bucket.ts'
import { type Call, LONG, PATIENT } from './clients.ts'
import { isMissing } from './trouble.ts'

/** An upload and the key that it is to have. */
export interface UploadName {
  key: string
  uploadId: string
}

export interface OpenUpload extends UploadName {
  /** Unix milliseconds. */
  begunAt: number
}

export interface Part {
  n: number
  etag: string
  bytes: number
  /** Unix milliseconds. */
  modifiedAt: number
}

export interface Multipart {
  /** Answers the upload's id. */
  begin(key: string, metadata: Record<string, string>, served?: ServedAs): Promise<string>
  uploadPart(upload: UploadName, n: number, bytes: Uint8Array): Promise<Part>
  /** A part made of bytes that an object here has. */
  copyPart(upload: UploadName, n: number, from: { key: string; start: number; end: number }): Promise<Part>
  /** In order; undefined where the upload is over. */
  parts(upload: UploadName): Promise<Part[] | undefined>
  join(upload: UploadName, parts: Part[]): Promise<void>
  /** Also where it is over. */
  abort(upload: UploadName): Promise<void>
  /** Pages of all uploads whose keys begin so. */
  uploads(prefix: string): AsyncIterable<OpenUpload[]>
}

interface Place {
  Bucket: string
  prefix: string
  named(key: string): { Bucket: string; Key: string }
  keyOf(name: string): string
}

interface Wire {
  working: S3Client
  call: Call
}

export function createMultipart(wire: Wire, place: Place): Multipart {
  const { working, call } = wire
  const { named } = place
  const of = ({ key, uploadId }: UploadName) => ({ ...named(key), UploadId: uploadId })
  return {
    begin: async (key, Metadata, served) => {
      const command = new CreateMultipartUploadCommand({ ...named(key), ...served, Metadata })
      const { UploadId } = await call('CreateMultipartUpload', limits => working.send(command, limits))
      if (UploadId === undefined) throw new Error('a multipart upload began without an id')
      return UploadId
    },
    uploadPart: async (upload, n, bytes) => {
      const command = new UploadPartCommand({ ...of(upload), PartNumber: n, Body: bytes })
      const { ETag } = await call('UploadPart', limits => working.send(command, limits), PATIENT)
      return { n, etag: ETag ?? '', bytes: bytes.byteLength, modifiedAt: 0 }
    },
    copyPart: async (upload, n, { key, start, end }) => {
      const source = { CopySource: sourceOf(place, key), CopySourceRange: `bytes=${start}-${end}` }
      const command = new UploadPartCopyCommand({ ...of(upload), ...source, PartNumber: n })
      const { CopyPartResult } = await call('UploadPartCopy', limits => working.send(command, limits), LONG)
      return { n, etag: CopyPartResult?.ETag ?? '', bytes: end - start + 1, modifiedAt: 0 }
    },
    parts: upload => listParts(wire, of(upload)).catch(undefinedIfMissing),
    join: async (upload, parts) => {
      const Parts = parts.map(({ n, etag }) => ({ PartNumber: n, ETag: etag }))
      const command = new CompleteMultipartUploadCommand({ ...of(upload), MultipartUpload: { Parts } })
      await call('CompleteMultipartUpload', limits => working.send(command, limits), LONG)
    },
    abort: async upload => {
      const command = new AbortMultipartUploadCommand(of(upload))
      await call('AbortMultipartUpload', limits => working.send(command, limits)).catch(undefinedIfMissing)
    },
    uploads: prefix => uploads(wire, place, prefix),
  }
}

async function listParts(
  { working, call }: Wire,
  upload: { Bucket: string; Key: string; UploadId: string },
): Promise<Part[]> {
  const parts: Part[] = []
  let PartNumberMarker: string | undefined
  do {
    const command = new ListPartsCommand({ ...upload, ...(PartNumberMarker && { PartNumberMarker }) })
    const page = await call('ListParts', limits => working.send(command, limits))
    for (const { PartNumber = 0, ETag = '', Size = 0, LastModified } of page.Parts ?? [])
      parts.push({ n: PartNumber, etag: ETag, bytes: Size, modifiedAt: LastModified?.getTime() ?? 0 })
    PartNumberMarker = page.IsTruncated ? page.NextPartNumberMarker : undefined
  } while (PartNumberMarker !== undefined)
  return parts
}

async function* uploads(
  { working, call }: Wire,
  { Bucket, prefix, keyOf }: Place,
  keyPrefix: string,
): AsyncGenerator<OpenUpload[]> {
  let markers: Markers | undefined = {}
  while (markers !== undefined) {
    const command = new ListMultipartUploadsCommand({ Bucket, Prefix: prefix + keyPrefix, ...markers })
    const page: ListMultipartUploadsCommandOutput = await call('ListMultipartUploads', limits =>
      working.send(command, limits),
    )
    yield (page.Uploads ?? []).map(({ Key = '', UploadId = '', Initiated }) => ({
      key: keyOf(Key),
      uploadId: UploadId,
      begunAt: Initiated?.getTime() ?? 0,
    }))
    markers = page.IsTruncated ? markersOf(page) : undefined
  }
}

interface Markers {
  KeyMarker?: string
  UploadIdMarker?: string
}

/** As the header x-amz-copy-source names an object. */
export const sourceOf = ({ Bucket, prefix }: { Bucket: string; prefix: string }, key: string): string =>
  `${Bucket}/${prefix}${key}`.split('/').map(encodeURIComponent).join('/')

const markersOf = ({ NextKeyMarker, NextUploadIdMarker }: ListMultipartUploadsCommandOutput): Markers => ({
  ...(NextKeyMarker && { KeyMarker: NextKeyMarker }),
  ...(NextUploadIdMarker && { UploadIdMarker: NextUploadIdMarker }),
})

function undefinedIfMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error
  return undefined
}
