// A URL as the source of bytes: fetched in the request while that is quick, and otherwise as a leased job.
import type { Maker } from '../ground/actor.ts'
import { invalidField } from '../ground/errors.ts'
import type { Job } from '../ground/job.ts'
import { answered, type RequestClaim } from '../ground/request-record.ts'
import { within } from '../ground/within.ts'
import { assetEvent } from './asset-event.ts'
import { type Description, describe, type SaidOfAsset } from './describe.ts'
import { findOwnUpload } from './find.ts'
import { mayCreate, newAsset, newAttempt } from './new-asset.ts'
import type { Ports, Upload } from './ports.ts'
import { mayOpen } from './quota.ts'
import { type Fault, scriptedWithBytes } from './scripted-fault.ts'

/** The most bytes a URL may give, once decoded. */
export const MAX_FETCHED_BYTES = 50_000_000

/** How long the request waits for the bytes; clients give up after 60 s. */
const WAIT_MS = 20_000

export interface UrlSource {
  workspaceId: string
  said: SaidOfAsset
  url: string
  request?: RequestClaim | undefined
  fault?: Fault | undefined
}

/** Throws every refusal that is known before the URL is asked. */
export async function mayFetch(
  ports: Pick<Ports, 'assets' | 'policy' | 'remote'>,
  actor: Maker,
  { workspaceId, said, url }: UrlSource,
): Promise<Description> {
  const description = describe(said, MAX_FETCHED_BYTES, actor.mode)
  const fault = ports.remote.faultOf(url)
  if (fault !== undefined) throw invalidField('source', fault)
  await mayCreate(ports, actor, { workspaceId, projectId: description.projectId })
  await mayOpen(ports, actor.workspaceId, description.declaredSize ?? 0)
  return description
}

/**
 * Makes the asset and begins to fetch. Answers it ready or failed, or pending while the fetch goes on; undefined
 * when a request with the same idempotency key was first. Throws a refusal on `source` for a URL nobody may fetch.
 */
export async function fetchUrl(
  ports: Pick<Ports, 'assets' | 'clock' | 'ids' | 'policy' | 'remote' | 'background'>,
  actor: Maker,
  { workspaceId, said, url, request, fault }: UrlSource,
): Promise<Upload | undefined> {
  const description = await mayFetch(ports, actor, { workspaceId, said, url })
  const asset = newAsset(ports, actor, description, 'url')
  const attempt = scriptedWithBytes(newAttempt(ports, asset), fault)
  const job = fetchJob(ports, { assetId: asset.id, attempt: attempt.n, url, actorKeyId: actor.keyId })
  const outcome = await ports.assets.save({
    asset: { after: asset },
    attempts: [{ after: attempt }],
    events: [assetEvent(ports, asset, 'asset.created', { actorKeyId: actor.keyId })],
    request: answered(request, asset.id, attempt.n),
    job: { begin: job, lease: ports.background.lease() },
  })
  if (outcome !== 'saved') return undefined
  await within(ports.clock, WAIT_MS, ports.background.runNow(job), undefined)
  return findOwnUpload(ports, actor, asset.id)
}

/** The URL stands nowhere but in the job, and goes with it. */
const fetchJob = (
  ports: Pick<Ports, 'clock' | 'ids'>,
  what: { assetId: string; attempt: number; url: string; actorKeyId: string },
): Job => ({
  id: ports.ids.id('job'),
  kind: 'fetch',
  subject: what.assetId,
  payload: { url: what.url, attempt: String(what.attempt), actor_key_id: what.actorKeyId },
  runAt: ports.clock.now(),
  tries: 1,
})
