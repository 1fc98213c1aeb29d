// What the clients of a kill loop do: the steps of an asset's way, each noted when it was answered.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { head, openWire } from '../wire.ts'
import { addressOf, ask, call, pathOf, requestIdOf, sendTo, type Wire } from './asking.ts'
import { newTold, noted, type Told } from './told.ts'

interface Instructions {
  asset_id: string
  url: string
  upload_url: string
  upload: { url: string; form_fields: Record<string, string>; file_field: string }
}

export async function reserve(wire: Wire, bytes: Buffer<ArrayBuffer>): Promise<Told> {
  const body = { source: 'signed-url', workspace_id: wire.workspaceId }
  const { body: said, requestId } = await ask<Instructions>(wire, { method: 'POST', path: '/assets', body })
  const told = newTold({ assetId: said.asset_id, url: pathOf(said.url), bytes, state: 'reserved' })
  follow(wire, told, said)
  noted(told, 'reserve', { requestId })
  return told
}

/** Asks for fresh instructions; of what was uploaded before only parts still count. */
export async function retry(wire: Wire, told: Told): Promise<void> {
  told.unsure.add('retry')
  const path = `/assets/${told.assetId}/retry`
  const { body: said, requestId } = await ask<Instructions>(wire, { method: 'POST', path })
  assert.equal(pathOf(said.url), told.url)
  noted(told, 'retry', { requestId })
  told.unsure.delete('retry')
  follow(wire, told, said)
  told.state = 'reserved'
}

function follow(wire: Wire, told: Told, { upload_url, upload }: Instructions): void {
  told.uploadUrl = addressOf(wire, upload_url)
  told.form = {
    url: addressOf(wire, upload.url),
    fields: upload.form_fields,
    fileField: upload.file_field,
  }
}

/** An upload that this client has cut may reach the server after this one, and overtakes it then: sent again. */
export async function upload(wire: Wire, told: Told, triesLeft = 3): Promise<void> {
  const response = await sendBytes(wire, told, told.bytes)
  if (response.status === 409 && triesLeft > 0) return upload(wire, told, triesLeft - 1)
  if (!response.ok) throw new Error(`upload: ${response.status} ${await response.text()}`)
  told.state = 'uploaded'
  noted(told, 'upload', { requestId: requestIdOf(response) })
}

/**
 * Two whole uploads at once: each is answered, and the newest is received. False where a cut upload of before has
 * overtaken both.
 */
export async function race(wire: Wire, told: Told, rival: Buffer<ArrayBuffer>): Promise<boolean> {
  told.rival = rival
  const sent = await Promise.all([told.bytes, rival].map(bytes => sendBytes(wire, told, bytes)))
  for (const { ok, status } of sent) assert.ok(ok || status === 409, `upload: ${status}`)
  if (!sent.some(({ ok }) => ok)) return false
  told.state = 'uploaded' // and not noted: the bytes of an answer may be gone again, for newer ones
  return true
}

/** By PUT or as a form, whichever comes. */
function sendBytes(wire: Wire, told: Told, bytes: Buffer<ArrayBuffer>): Promise<Response> {
  if (randomInt(2) === 0) return sendTo(wire, told.uploadUrl, { method: 'PUT', body: bytes })
  const { url, fields, fileField } = told.form
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append(fileField, new Blob([bytes]))
  return sendTo(wire, url, { method: 'POST', body: form })
}

/** Begins an upload and cuts the connection somewhere in its bytes. */
export async function abortUpload(wire: Wire, told: Told): Promise<void> {
  const raw = await openWire(wire.server.origin)
  await raw.write(head(`PUT ${told.uploadUrl}`, { 'content-length': told.bytes.length }))
  await raw.write(told.bytes.subarray(0, randomInt(told.bytes.length)))
  raw.cut()
}

/** Sends what no type allows, and asks for it to be completed: it is refused, and never served. */
export async function spoil(wire: Wire, told: Told): Promise<void> {
  told.state = 'spoilt'
  const sent = await sendBytes(wire, told, Buffer.from(`#!/bin/sh\necho ${randomInt(2 ** 40)}\n`))
  if (sent.status === 409) return // the cut upload of before has come after it
  assert.ok(sent.ok, `upload: ${sent.status}`)
  assert.equal(await verdictOn(wire, told), 'failed')
  assert.equal((await sendTo(wire, told.url)).status, 404, `${told.assetId} has failed and is served`)
}

export async function complete(wire: Wire, told: Told): Promise<void> {
  assert.equal(await verdictOn(wire, told), 'ready', `of ${told.assetId}`)
}

/** A client looks so often at an asset whose bytes are still being judged, and then asks once more. */
const LOOKS = 30
const LOOK_MS = 100

async function verdictOn(wire: Wire, told: Told, roundsLeft = 10): Promise<string> {
  const path = `/assets/${told.assetId}`
  const asked = { method: 'POST', path: `${path}/complete` }
  const { body, requestId } = await ask<{ status: string }>(wire, asked)
  let { status } = body
  for (let left = LOOKS; status === 'pending_upload' && left > 0; left--) {
    await delay(LOOK_MS)
    status = (await call<{ status: string }>(wire, 'GET', path)).status
  }
  if (status === 'pending_upload' && roundsLeft > 0) return verdictOn(wire, told, roundsLeft - 1)
  if (status !== 'ready') return status
  told.state = 'ready'
  noted(told, 'complete', { requestId })
  return status
}

export async function attach(wire: Wire, told: Told): Promise<void> {
  const path = `/projects/${wire.projectId}/assets/${told.assetId}/attach`
  const { body, requestId } = await ask<{ node_id: string }>(wire, { method: 'POST', path })
  told.nodeIds.push(body.node_id)
  noted(told, 'attach', { requestId })
}

export async function remove(wire: Wire, told: Told): Promise<void> {
  told.unsure.add('delete')
  const { requestId } = await ask(wire, { method: 'DELETE', path: `/assets/${told.assetId}` })
  told.state = 'deleted'
  noted(told, 'delete', { requestId })
}

export async function storeDirectly(wire: Wire, bytes: Buffer<ArrayBuffer>): Promise<Told> {
  const body = new FormData()
  body.append('workspace_id', wire.workspaceId)
  body.append('file', new Blob([bytes]))
  const { body: said, requestId } = await ask<Instructions & { status: string }>(wire, {
    method: 'POST',
    path: '/assets',
    body,
  })
  assert.equal(said.status, 'ready')
  const told = newTold({ assetId: said.asset_id, url: pathOf(said.url), bytes, state: 'ready' })
  noted(told, 'direct', { requestId })
  return told
}
