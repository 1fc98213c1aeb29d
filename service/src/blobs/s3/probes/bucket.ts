// Every kind of request that the service makes of its bucket, made once on objects of its own that are removed again.
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import type { Clock } from '../../../ground/clock.ts'
import type { BucketFacts, Trial } from '../../../upkeep/doctor/bucket.ts'
import { type BucketSettings, type Limits, openClients } from '../clients.ts'
import { sourceOf } from '../multipart.ts'
import { tryMultipart } from './multipart.ts'
import { type Attempt, attempting, type Clients, namedIn, PROBE, probeKey } from './trials.ts'
import { versioningOf } from './versioning.ts'
import { watchClock } from './watch-clock.ts'

/** Something that was made, to be removed. */
interface Made {
  key: string
  version: string | undefined
}

export async function probeBucket(
  settings: BucketSettings,
  clock: Clock,
): Promise<Omit<BucketFacts, 'place'>> {
  const clients = openClients(settings)
  const clockAhead = watchClock(clients.working, clock)
  const trials: Trial[] = []
  const attempt = attempting(clients.call, trials)
  try {
    await tryList(clients, settings, attempt)
    const [first] = trials
    if (first?.fault !== undefined && first.fault.ailment !== 'denied')
      return { ...NOTHING, fault: first.fault, clockAheadMs: clockAhead() }
    const made = await withVersions(clients, settings, await tryObjects(clients, settings, attempt))
    const left = await tryDelete(clients, settings, { attempt, made })
    const version = made.find(({ version }) => version !== undefined)?.version
    const versioning = made.length > 0 ? await versioningOf(clients, settings, version) : {}
    return { ...NOTHING, ...versioning, trials, left, clockAheadMs: clockAhead() }
  } finally {
    clients.close()
  }
}

const NOTHING = {
  fault: undefined,
  trials: [],
  keepsVersions: undefined,
  endsVersions: undefined,
  locksObjects: undefined,
  left: [],
}

/** As areas are listed, and as the bucket is asked for where an object is missing. */
async function tryList({ working }: Clients, { bucket, prefix }: BucketSettings, attempt: Attempt) {
  const input = { Bucket: bucket, Prefix: prefix, MaxKeys: 1 }
  const asked = { use: 'list', permission: 's3:ListBucket' } as const
  const { isRefused } = await attempt({ ...asked, request: 'ListObjectsV2' }, limits =>
    working.send(new ListObjectsV2Command(input), limits),
  )
  if (isRefused) return
  await attempt({ ...asked, request: 'HeadBucket' }, limits =>
    working.send(new HeadBucketCommand({ Bucket: bucket }), limits),
  )
}

/** Answers what is there now and has to be removed. */
async function tryObjects(clients: Clients, settings: BucketSettings, attempt: Attempt): Promise<Made[]> {
  const { working } = clients
  const named = namedIn(settings)
  const [key, copy, joined] = [probeKey(), probeKey(), probeKey()]
  const { answer: put } = await attempt(
    { use: 'put', request: 'PutObject', permission: 's3:PutObject' },
    limits => working.send(new PutObjectCommand({ ...named(key), Body: PROBE }), limits),
  )
  await attempt({ use: 'get', request: 'GetObject', permission: 's3:GetObject' }, async limits => {
    const { Body } = await working.send(new GetObjectCommand(named(key)), limits)
    await Body?.transformToByteArray()
  })
  const whole = await tryMultipart(clients, settings, { attempt, key: joined })
  const copied = put && (await tryCopy(clients, settings, { attempt, key, copy }))
  return [
    ...(put ? [{ key, version: put.VersionId }] : []),
    ...(copied ? [{ key: copy, version: copied.VersionId }] : []),
    ...(whole ? [{ key: joined, version: whole.VersionId }] : []),
  ]
}

async function tryCopy(
  { working }: Clients,
  settings: BucketSettings,
  { attempt, key, copy }: { attempt: Attempt; key: string; copy: string },
) {
  const CopySource = sourceOf({ Bucket: settings.bucket, prefix: settings.prefix }, key)
  const { answer } = await attempt(
    { use: 'copy', request: 'CopyObject', permission: 's3:GetObject and s3:PutObject' },
    limits => working.send(new CopyObjectCommand({ ...namedIn(settings)(copy), CopySource }), limits),
  )
  return answer
}

/** Removes what was made; answers the keys that stay. */
async function tryDelete(
  clients: Clients,
  settings: BucketSettings,
  { attempt, made }: { attempt: Attempt; made: Made[] },
): Promise<string[]> {
  const named = namedIn(settings)
  const [first = { key: probeKey(), version: undefined }, ...others] = made
  const { isRefused } = await attempt(
    { use: 'delete', request: 'DeleteObject', permission: 's3:DeleteObject' },
    limits => removeWhole(clients, { ...named(first.key), version: first.version }, limits),
  )
  if (isRefused) return made.map(({ key }) => settings.prefix + key)
  const left: string[] = []
  for (const { key, version } of others)
    await clients
      .call('DeleteObject', limits => removeWhole(clients, { ...named(key), version }, limits))
      .catch(() => left.push(settings.prefix + key))
  return left
}

interface Doomed {
  Bucket: string
  Key: string
  version: string | undefined
}

/** As the service deletes; then, where that leaves an old version and a mark, those too if they may be removed. */
async function removeWhole({ working }: Clients, { version, ...named }: Doomed, limits: Limits) {
  const { VersionId: mark } = await working.send(new DeleteObjectCommand(named), limits)
  for (const VersionId of [version, mark].filter(id => id !== undefined))
    await working.send(new DeleteObjectCommand({ ...named, VersionId }), limits).catch(() => undefined)
}

/** Not every store names the version that it made by copying or joining. */
async function withVersions(
  { working, call }: Clients,
  settings: BucketSettings,
  made: Made[],
): Promise<Made[]> {
  if (made.every(({ version }) => version === undefined)) return made
  const look = (key: string) =>
    call('HeadObject', limits => working.send(new HeadObjectCommand(namedIn(settings)(key)), limits)).then(
      ({ VersionId }) => VersionId,
      () => undefined,
    )
  return Promise.all(made.map(async ({ key, version }) => ({ key, version: version ?? (await look(key)) })))
}
