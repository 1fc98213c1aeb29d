// Assets, attempts and their company as the rows keep them, complete in every field.

import { randomBytes } from 'node:crypto'
import type { FailedAsset, PendingAsset, ReadyAsset } from '../../src/assets/asset.ts'
import type { AssetEvent } from '../../src/assets/asset-event.ts'
import type { OpenAttempt, ReceivedBytes } from '../../src/assets/attempt.ts'
import type { KnownMedia } from '../../src/assets/media-facts.ts'
import type { PlacedNode } from '../../src/assets/placement.ts'
import type { Caller } from '../../src/ground/actor.ts'
import { randomIds } from '../../src/ground/ids.ts'
import type { RequestRecord } from '../../src/ground/request-record.ts'
import type { Key } from '../../src/keys/key.ts'
import type { Project } from '../../src/projects/project.ts'
import type { Delivery, Webhook } from '../../src/webhooks/webhook.ts'
import type { Workspace } from '../../src/workspaces/workspace.ts'

/** An hour in a specimen's life, in unix milliseconds. */
export const NOON = 1_767_268_800_000

const hex = (digits: number): string => randomBytes(digits / 2).toString('hex')

export const workspaceOf = (over: Partial<Workspace> = {}): Workspace => ({
  id: randomIds.id('ws'),
  name: 'Garden',
  mode: 'live',
  testOf: null,
  mediaAccess: 'public',
  quotaBytes: null,
  createdAt: NOON,
  ...over,
})

export const projectOf = (workspaceId: string, over: Partial<Project> = {}): Project => ({
  id: randomIds.id('prj'),
  workspaceId,
  name: 'Meadow',
  createdAt: NOON,
  lastModified: NOON,
  ...over,
})

export const keyOf = (workspaceId: string, over: Partial<Key> = {}): Key => ({
  id: randomIds.id('key'),
  workspaceId,
  name: 'gardener',
  mode: 'live',
  scopes: ['*'],
  prefix: 'sk_live_abcd',
  hash: hex(64),
  createdAt: NOON,
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
  replacedBy: null,
  ...over,
})

export const pendingOf = (workspaceId: string, over: Partial<PendingAsset> = {}): PendingAsset => ({
  id: randomIds.id('asset'),
  workspaceId,
  mediaToken: randomIds.token(),
  name: 'fern.png',
  folder: '',
  metadata: {},
  uploadedVia: 'signed_url',
  contentType: 'image/png',
  declaredType: 'image/png',
  declaredSize: null,
  declaredSha256: null,
  projectId: null,
  retention: 'standard',
  deleteAfter: null,
  attempt: 1,
  version: 1,
  createdByKey: 'key_gardener',
  createdAt: NOON,
  status: 'pending_upload',
  ...over,
})

/** Facts of media that has none. */
export const noMedia: KnownMedia = {
  width: null,
  height: null,
  frames: null,
  durationSeconds: null,
  videoCodec: null,
  audioCodec: null,
  pages: null,
  hasAlpha: null,
  pixelsChecked: null,
}

export const readyOf = (workspaceId: string, over: Partial<ReadyAsset> = {}): ReadyAsset => ({
  ...pendingOf(workspaceId),
  status: 'ready',
  sizeBytes: 1234,
  sha256: hex(64),
  width: 640,
  height: 480,
  media: { ...noMedia, width: 640, height: 480, frames: 1, hasAlpha: false, pixelsChecked: true },
  blobKey: `media/ab/${hex(32)}`,
  readyAt: NOON + 5,
  ...over,
})

export const failedOf = (workspaceId: string, over: Partial<FailedAsset> = {}): FailedAsset => ({
  ...pendingOf(workspaceId),
  status: 'failed',
  failureCode: 'empty_file',
  failureMessage: 'The file is empty: upload its bytes again.',
  ...over,
})

export const attemptOf = (
  asset: { id: string; attempt: number },
  over: Partial<OpenAttempt> = {},
): OpenAttempt => ({
  assetId: asset.id,
  n: asset.attempt,
  state: 'open',
  ticketKid: 'kid00001',
  signedAt: NOON,
  expiresAt: NOON + 3_600_000,
  maxBytes: 5_000_000,
  quarantineKey: `quarantine/${randomIds.token()}`,
  transport: null,
  received: null,
  fence: 0,
  leaseUntil: null,
  formObject: null,
  verdict: null,
  partial: null,
  scriptedFault: null,
  firstByteAt: null,
  lastByteAt: null,
  closedBy: null,
  ...over,
})

export const bytesOf = (key: string, over: Partial<ReceivedBytes> = {}): ReceivedBytes => ({
  key,
  sizeBytes: 1234,
  sha256: hex(64),
  sniffedType: 'image/png',
  ...over,
})

export const nodeOf = (projectId: string, assetId: string, over: Partial<PlacedNode> = {}): PlacedNode => ({
  id: randomIds.id('node'),
  projectId,
  assetId,
  type: 'image',
  label: 'fern.png',
  width: 640,
  height: 480,
  actorKeyId: 'key_gardener',
  createdAt: NOON,
  ...over,
})

export const eventOf = (
  asset: { id: string; workspaceId: string },
  over: Partial<AssetEvent> = {},
): AssetEvent => ({
  id: randomIds.id('evt'),
  workspaceId: asset.workspaceId,
  type: 'asset.created',
  assetId: asset.id,
  attempt: 1,
  actorKeyId: 'key_gardener',
  data: { size_bytes: 1234, note: 'a "quoted" leaf', nothing: null },
  at: NOON,
  ...over,
})

export const requestOf = (over: Partial<RequestRecord> = {}): RequestRecord => ({
  keyId: 'key_gardener',
  method: 'POST',
  path: '/api/v1/assets',
  key: hex(20),
  fingerprint: hex(64),
  status: 201,
  requestId: randomIds.id('req'),
  subjectId: 'asset_fern',
  attempt: 1,
  refusal: null,
  isNote: false,
  at: NOON,
  ...over,
})

export const webhookOf = (workspaceId: string, over: Partial<Webhook> = {}): Webhook => ({
  id: randomIds.id('whk'),
  workspaceId,
  url: 'https://example.com/hooks',
  types: null,
  secret: 'sealed',
  oldSecret: null,
  createdByKey: 'key_1',
  createdAt: 1,
  sentSeq: 0,
  nextAt: 0,
  tries: 0,
  failingSince: null,
  disabled: null,
  ...over,
})

export const deliveryOf = (webhookId: string, over: Partial<Delivery> = {}): Delivery => ({
  id: `whd_${randomIds.token()}`,
  webhookId,
  eventId: randomIds.id('evt'),
  seq: 1,
  type: 'asset.created',
  state: 'delivered',
  tries: 1,
  firstAt: 10,
  lastAt: 10,
  nextAt: null,
  status: 200,
  error: null,
  ...over,
})

/** A key of `workspaceId` as the door knows it, with every scope inside its workspace. */
export const callerOf = (workspaceId: string, over: Partial<Caller> = {}): Caller => ({
  keyId: 'key_gardener',
  workspaceId,
  scopes: ['*'],
  mode: 'live',
  mediaAccess: 'public',
  ...over,
})
