// A multipart upload from its beginning to its end, and one that is given up, to see whether they may be made.
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandOutput,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { BucketSettings } from '../clients.ts'
import { type Attempt, type Clients, namedIn, PROBE } from './trials.ts'

interface Upload {
  Bucket: string
  Key: string
  UploadId: string
}

const asked = (request: string, permission: string) => ({ use: 'multipart', request, permission }) as const

/** Answers what the store said of the object that was joined; undefined where there is none. */
export async function tryMultipart(
  clients: Clients,
  settings: BucketSettings,
  { attempt, key }: { attempt: Attempt; key: string },
): Promise<CompleteMultipartUploadCommandOutput | undefined> {
  const { working } = clients
  const { Bucket, Key } = namedIn(settings)(key)
  await attempt(asked('ListMultipartUploads', 's3:ListBucketMultipartUploads'), limits =>
    working.send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key, MaxUploads: 1 }), limits),
  )
  const begin = () =>
    attempt(asked('CreateMultipartUpload', 's3:PutObject'), limits =>
      working.send(new CreateMultipartUploadCommand({ Bucket, Key }), limits),
    )
  const UploadId = (await begin()).answer?.UploadId
  if (UploadId === undefined) return undefined
  const upload = { Bucket, Key, UploadId }
  const joined = await tryJoin(clients, upload, attempt)
  // One that is over cannot be left behind where giving up is not allowed.
  const mayAbort = await tryAbort(clients, upload, attempt)
  const second = joined && mayAbort ? (await begin()).answer?.UploadId : undefined
  if (second !== undefined) await tryAbort(clients, { Bucket, Key, UploadId: second }, attempt)
  return joined
}

async function tryJoin({ working }: Clients, upload: Upload, attempt: Attempt) {
  const { answer: part } = await attempt(asked('UploadPart', 's3:PutObject'), limits =>
    working.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: PROBE }), limits),
  )
  await attempt(asked('ListParts', 's3:ListMultipartUploadParts'), limits =>
    working.send(new ListPartsCommand(upload), limits),
  )
  if (part === undefined) return undefined
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: part.ETag }] }
  const { answer } = await attempt(asked('CompleteMultipartUpload', 's3:PutObject'), limits =>
    working.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }), limits),
  )
  return answer
}

async function tryAbort({ working }: Clients, upload: Upload, attempt: Attempt): Promise<boolean> {
  const { isRefused } = await attempt(asked('AbortMultipartUpload', 's3:AbortMultipartUpload'), limits =>
    working.send(new AbortMultipartUploadCommand(upload), limits),
  )
  return !isRefused
}
