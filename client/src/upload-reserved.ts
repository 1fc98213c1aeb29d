// A file to a reservation: made or found again, its bytes sent, the verdict waited for.
import { missingCredential } from './api.ts'
import { clearAway } from './clear-away.ts'
import { describing } from './description.ts'
import { aborted, HerbariumError, invalidOption } from './errors.ts'
import { sendForm } from './form.ts'
import { sendResumable } from './resumable.ts'
import { settle } from './settle.ts'
import type { SourceFile } from './source.ts'
import { fingerprint, type Unfinished, unfinishedAt } from './unfinished-uploads.ts'
import { isCancelled, type Tell, teller, type UploadOptions, type UploadPorts } from './upload-options.ts'
import type { Asset, Reservation, UploadInstructions } from './wire.ts'

/** Up to this a connection that breaks costs less than the requests that would save its bytes. */
const MAX_FORM_BYTES = 8 * 1024 * 1024
const MAX_RENEWALS = 3

interface Upload {
  ports: UploadPorts
  file: SourceFile
  options: UploadOptions
  unfinished: Unfinished
  tell: Tell
  /** As it was last made or renewed. */
  reservation: Reservation
}

export async function uploadReserved(
  ports: UploadPorts,
  file: SourceFile,
  options: UploadOptions,
): Promise<Asset> {
  const { baseUrl, underWay } = ports
  const { resumeKey, workspaceId, store = ports.store } = options
  const key = await fingerprint(file, [baseUrl, workspaceId, resumeKey, describing(options, file)])
  // Of the same file twice at once one is remembered; a blob without a time may be another with the same beginning.
  if (underWay.has(key) || file.lastModified === null)
    return go(ports, file, options, unfinishedAt(undefined, key))
  underWay.add(key)
  try {
    return await go(ports, file, options, unfinishedAt(store, key))
  } finally {
    underWay.delete(key)
  }
}

async function go(
  ports: UploadPorts,
  file: SourceFile,
  options: UploadOptions,
  unfinished: Unfinished,
): Promise<Asset> {
  const tell = teller(options.onProgress, file.blob.size)
  tell('reserving', 0)
  const reservation = await reservationFor(ports, file, options, unfinished)
  const upload = { ports, file, options, unfinished, tell, reservation }
  try {
    await remember(upload, reservation)
    if (reservation.status !== 'ready') await bringAll(upload)
    tell('verifying', file.blob.size)
    const asset = await settle(ports.api, upload.reservation, options)
    await unfinished.forget()
    tell('ready', file.blob.size)
    return asset
  } catch (error) {
    throw await ended(upload, error)
  }
}

/** One that the caller has is right, whatever is remembered. */
async function reservationFor(
  ports: UploadPorts,
  file: SourceFile,
  options: UploadOptions,
  unfinished: Unfinished,
): Promise<Reservation> {
  if (typeof options.reservation === 'object') return options.reservation
  return (await foundAgain(ports, unfinished)) ?? (await newlyMade(ports, file, options))
}

/** Undefined for one that failed, is gone, or is no longer ours. */
async function foundAgain({ api }: UploadPorts, unfinished: Unfinished): Promise<Reservation | undefined> {
  const found = await unfinished.find()
  if (found === undefined) return undefined
  try {
    const { status } = await api.get(found.asset_id, { token: found.upload?.token })
    return status === 'failed' ? undefined : { ...found, status }
  } catch (error) {
    if (error instanceof HerbariumError && [401, 403, 404].includes(error.status ?? 0)) return undefined
    throw error
  }
}

/** Not stopped by the signal: only the answer says which asset is to be removed. */
async function newlyMade(ports: UploadPorts, file: SourceFile, options: UploadOptions): Promise<Reservation> {
  const { reservation, signal } = options
  if (signal?.aborted) throw aborted(signal)
  if (typeof reservation === 'function') return reservation()
  const workspaceId = await ports.workspaceId(options.workspaceId)
  return ports.api.reserve({ source: 'signed-url', workspace_id: workspaceId, ...describing(options, file) })
}

async function remember(upload: Upload, reservation: Reservation): Promise<void> {
  upload.reservation = reservation
  upload.options.onReserved?.(reservation)
  await upload.unfinished.save(reservation)
}

/** An upload URL that expired or was replaced is renewed; what it had brought goes along. */
async function bringAll(upload: Upload): Promise<void> {
  for (let renewals = 0; ; renewals++) {
    try {
      return await bring(upload)
    } catch (error) {
      const isDead = error instanceof HerbariumError && error.status === 403
      if (!isDead || renewals === MAX_RENEWALS) throw error
      const renewed = await renewal(upload)
      if (renewed === undefined) return
      await remember(upload, renewed)
    }
  }
}

/** Undefined where the URL is dead because the asset is ready. */
async function renewal({ ports, options, reservation }: Upload): Promise<Reservation | undefined> {
  const { asset_id: assetId, upload } = reservation
  const access = { token: upload?.token, signal: options.signal }
  try {
    return await ports.api.retry(assetId, access)
  } catch (error) {
    const isConflict = error instanceof HerbariumError && error.code === 'conflict'
    if (isConflict && (await ports.api.get(assetId, access)).status === 'ready') return undefined
    throw error
  }
}

async function bring({ ports, file, options, tell, reservation }: Upload): Promise<void> {
  const { method, signal } = options
  const { upload, asset_id: assetId } = reservation
  if (upload === undefined)
    throw invalidOption('reservation', 'must be what POST /assets answered, with upload')
  if (!ports.hasCredential && upload.token === undefined) throw missingCredential()
  const to = { send: ports.send, signal, assetId }
  const resumable = upload.resumable && {
    ...to,
    blob: file.blob,
    url: upload.resumable.url,
    onSent: (bytes: number) => tell('sending', bytes),
  }
  const isLarge = file.blob.size > MAX_FORM_BYTES
  if (resumable && (method === undefined ? isLarge : method === 'resumable')) return sendResumable(resumable)
  tell('sending', 0)
  try {
    await sendForm({ ...to, upload, file })
  } catch (error) {
    const isOutOfReach = error instanceof HerbariumError && error.code === 'network'
    if (!isOutOfReach || resumable === undefined || isOneDoor(upload)) throw error
    await sendResumable(resumable) // a bucket may be out of the client's reach, the service is not
  }
}

const isOneDoor = ({ url, resumable }: UploadInstructions): boolean => url === resumable?.url

/** The error to throw, once nothing is left that should not be. */
async function ended({ ports, options, unfinished, reservation }: Upload, error: unknown): Promise<unknown> {
  if (isCancelled(options.signal)) {
    await unfinished.forget()
    return clearAway(ports, reservation, options.signal)
  }
  if (!(error instanceof HerbariumError)) return error
  if (error.code === 'failed_verification') await unfinished.forget()
  error.assetId ??= reservation.asset_id
  return error
}
