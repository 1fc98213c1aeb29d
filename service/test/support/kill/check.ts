// What clients were told before a kill, held against what there is after it.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { answerTo, call, complete, pathOf, retry, type Told, upload, type Wire } from './client.ts'
import { goOnInParts } from './parts.ts'

/** What was acknowledged holds; what is not ready becomes so, in three calls at most. Throws where that fails. */
export async function check(wire: Wire, told: Told): Promise<void> {
  const answer = await answerTo(wire, { method: 'GET', path: `/assets/${told.assetId}` })
  if (told.unsure.delete('delete') && answer.status === 404) told.state = 'deleted'
  if (told.state === 'deleted') return checkGone(wire, told, answer)
  assert.equal(answer.status, 200, `${told.assetId} was there before the kill`)
  const found = (await answer.json()) as { status: string; url: string } // as the document says
  assert.equal(pathOf(found.url), told.url)
  if (told.state === 'ready') assert.equal(found.status, 'ready', `${told.assetId} was ready before the kill`)
  if (told.state === 'reserved') {
    assert.equal(found.status, 'pending_upload')
    await finishUpload(wire, told)
  }
  if (told.state !== 'ready') await complete(wire, told)
  const served = await fetch(wire.server.origin + told.url)
  assert.equal(served.status, 200, `${told.assetId} is ready and not served`)
  const sha256 = createHash('sha256').update(told.bytes).digest('hex')
  assert.equal(served.headers.get('etag'), `"${sha256}"`)
  assert.ok(Buffer.from(await served.arrayBuffer()).equals(told.bytes), `${told.assetId} has other bytes`)
}

async function finishUpload(wire: Wire, told: Told): Promise<void> {
  if (told.parts !== undefined) return goOnInParts(wire, told)
  await retry(wire, told)
  await upload(wire, told)
}

async function checkGone(wire: Wire, told: Told, answer: Response): Promise<void> {
  assert.equal(answer.status, 404, `${told.assetId} was deleted`)
  assert.equal((await fetch(wire.server.origin + told.url)).status, 404, `${told.assetId} is served still`)
}

/** As `check`, of every asset, and the nodes that were answered. */
export async function checkAll(wire: Wire, ledger: Told[]): Promise<void> {
  for (let at = 0; at < ledger.length; at += 4)
    await Promise.all(ledger.slice(at, at + 4).map(told => check(wire, told)))
  const nodes = await nodesOf(wire)
  for (const { assetId, nodeIds, state } of ledger)
    for (const nodeId of nodeIds)
      assert.equal(nodes.get(nodeId), state === 'deleted' ? null : assetId, `the node ${nodeId} is not there`)
}

/** Which asset each node of the first project shows; null where it was deleted. */
async function nodesOf(wire: Wire): Promise<Map<string, string | null>> {
  const nodes = new Map<string, string | null>()
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: {
      nodes: { node_id: string; asset_id: string | null }[]
      meta: { next_cursor: string | null }
    } = await call(wire, 'GET', `/projects/${wire.projectId}/nodes?limit=100&cursor=${cursor}`)
    for (const { node_id, asset_id } of page.nodes) nodes.set(node_id, asset_id)
    cursor = page.meta.next_cursor
  }
  return nodes
}
