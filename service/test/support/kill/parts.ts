// Uploads in parts: of any size, over connections that break, gone on with by whoever asks where they are.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { head, openWire } from '../wire.ts'
import { requestIdOf, sendTo, type Wire } from './asking.ts'
import { remove, retry } from './client.ts'
import { noted, type Told } from './told.ts'

const TUS = { 'tus-resumable': '1.0.0' }
const OFFSET_STREAM = { ...TUS, 'content-type': 'application/offset+octet-stream' }

/** How often each detour was taken. */
export interface Detours {
  parts: number
  cut: number
  raced: number
  carried: number
  deleted: number
}

export async function beginParts(wire: Wire, told: Told): Promise<void> {
  const headers = { ...TUS, 'upload-length': String(told.bytes.length) }
  const response = await sendTo(wire, told.uploadUrl, { method: 'POST', headers })
  if (response.status !== 201) throw new Error(`tus creation: ${response.status} ${await response.text()}`)
  told.parts = { sure: 0, sent: 0, isLengthKnown: true }
}

/** Where the upload is: nothing that was answered for is missing, and nothing is there that was not sent. */
export async function askOffset(wire: Wire, told: Told): Promise<number> {
  const parts = partsOf(told)
  const response = await sendTo(wire, told.uploadUrl, { method: 'HEAD', headers: TUS })
  if (response.status === 403 && told.unsure.has('retry')) {
    await retry(wire, told)
    return askOffset(wire, told)
  }
  assert.equal(response.status, 200, `HEAD: ${response.status} for ${told.assetId}`)
  const offset = Number(response.headers.get('upload-offset'))
  assert.ok(offset >= parts.sure, `${told.assetId} is at ${offset}, and was at ${parts.sure}`)
  assert.ok(offset <= parts.sent, `${told.assetId} is at ${offset}, and ${parts.sent} bytes were sent`)
  parts.sure = offset
  parts.isLengthKnown = !response.headers.has('upload-defer-length') // a retry forgets it where nothing had arrived
  return offset
}

/** A connection that was cut may reach the server after this one and overtake it: false then. */
export async function sendPart(
  wire: Wire,
  told: Told,
  { from, end }: { from: number; end: number },
): Promise<boolean> {
  const parts = partsOf(told)
  parts.sent = Math.max(parts.sent, end)
  const headers = { ...OFFSET_STREAM, 'upload-offset': String(from), ...lengthOf(told) }
  const body = told.bytes.subarray(from, end)
  const response = await sendTo(wire, told.uploadUrl, { method: 'PATCH', headers, body })
  if (response.status === 409) return false
  if (response.status !== 204) throw new Error(`tus PATCH: ${response.status} ${await response.text()}`)
  assert.equal(response.headers.get('upload-offset'), String(end))
  parts.sure = Math.max(parts.sure, end)
  noted(told, 'part', { requestId: requestIdOf(response), bytes: end })
  return true
}

/** Announces the rest, sends some of it and breaks the connection. */
async function cutPart(wire: Wire, told: Told, from: number): Promise<void> {
  const rest = told.bytes.subarray(from)
  const some = randomInt(rest.length)
  const parts = partsOf(told)
  parts.sent = Math.max(parts.sent, from + some)
  const raw = await openWire(wire.server.origin)
  const headers = {
    ...OFFSET_STREAM,
    'upload-offset': from,
    'content-length': rest.length,
    ...lengthOf(told),
  }
  await raw.write(head(`PATCH ${told.uploadUrl}`, headers))
  await raw.write(rest.subarray(0, some))
  raw.cut()
}

/** Two that go on from the same byte, each to an end of its own. */
async function raceParts(wire: Wire, told: Told, from: number): Promise<void> {
  const part = () => sendPart(wire, told, { from, end: randomInt(from, told.bytes.length) + 1 })
  await Promise.all([part(), part()])
}

/** From wherever the upload is to its end. */
export async function goOnInParts(wire: Wire, told: Told): Promise<void> {
  const end = told.bytes.length
  for (let triesLeft = 20; triesLeft > 0; triesLeft--) {
    const from = await askOffset(wire, told)
    if (from === end || (await sendPart(wire, told, { from, end }))) {
      told.state = 'uploaded'
      return
    }
  }
  throw new Error(`${told.assetId} is overtaken over and over`)
}

/** A few parts with detours, and then the rest; false where the upload was given up and its asset deleted. */
export async function uploadInParts(wire: Wire, told: Told, detours: Detours): Promise<boolean> {
  await beginParts(wire, told)
  for (let left = randomInt(1, 7); left > 0; left--) {
    const from = await askOffset(wire, told)
    const what = randomInt(10)
    if (from === told.bytes.length) break
    if (what === 0) {
      await remove(wire, told)
      detours.deleted++
      return false
    }
    if (what <= 2) {
      await cutPart(wire, told, from)
      detours.cut++
    } else if (what === 3) {
      await retry(wire, told)
      detours.carried++
    } else if (what <= 6) {
      await raceParts(wire, told, from)
      detours.raced++
    } else if (await sendPart(wire, told, { from, end: randomInt(from, told.bytes.length) + 1 }))
      detours.parts++
  }
  await goOnInParts(wire, told)
  return true
}

/** Said where the server does not know it. */
const lengthOf = (told: Told): Record<string, string> =>
  partsOf(told).isLengthKnown ? {} : { 'upload-length': String(told.bytes.length) }

function partsOf({ parts, assetId }: Told): NonNullable<Told['parts']> {
  if (parts === undefined) throw new Error(`${assetId} is not uploaded in parts`)
  return parts
}
