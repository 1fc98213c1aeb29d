// What clients were told before a kill, held against what there is after it.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { answerTo, call, pathOf, sendTo, type Wire } from './asking.ts'
import { complete, retry, upload } from './client.ts'
import { goOnInParts } from './parts.ts'
import type { Told } from './told.ts'

/** What was acknowledged holds; what is not ready becomes so, in three calls at most. Throws where that fails. */
export async function check(wire: Wire, told: Told): Promise<void> {
  const answer = await answerTo(wire, { method: 'GET', path: `/assets/${told.assetId}` })
  if (told.unsure.delete('delete') && answer.status === 404) told.state = 'deleted'
  if (told.state === 'deleted') return checkGone(wire, told, answer)
  assert.equal(answer.status, 200, `${told.assetId} was there before the kill`)
  const found = (await answer.json()) as { status: string; url: string } // as the document says
  assert.equal(pathOf(found.url), told.url)
  if (told.state === 'ready') assert.equal(found.status, 'ready', `${told.assetId} was ready before the kill`)
  if (told.state === 'reserved') assert.equal(found.status, 'pending_upload')
  if (told.state === 'spoilt') await checkRefused(wire, told, found)
  if (told.state === 'reserved' || told.state === 'spoilt') await finishUpload(wire, told)
  if (told.state !== 'ready') await complete(wire, told)
  const served = await sendTo(wire, told.url)
  assert.equal(served.status, 200, `${told.assetId} is ready and not served`)
  const bytes = Buffer.from(await served.arrayBuffer())
  if (told.rival?.equals(bytes)) told.bytes = told.rival
  told.rival = undefined
  assert.ok(bytes.equals(told.bytes), `${told.assetId} has other bytes`)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  assert.equal(served.headers.get('etag'), `"${sha256}"`)
}

async function finishUpload(wire: Wire, told: Told): Promise<void> {
  if (told.parts !== undefined) return goOnInParts(wire, told)
  await retry(wire, told)
  await upload(wire, told)
}

async function checkRefused(wire: Wire, told: Told, found: { status: string }): Promise<void> {
  assert.notEqual(found.status, 'ready', `${told.assetId} has bytes that are refused`)
  assert.equal((await sendTo(wire, told.url)).status, 404, `${told.assetId} is served`)
}

async function checkGone(wire: Wire, told: Told, answer: Response): Promise<void> {
  assert.equal(answer.status, 404, `${told.assetId} was deleted`)
  assert.equal((await sendTo(wire, told.url)).status, 404, `${told.assetId} is served still`)
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

/**
 * There is nothing that no client was told of: where every request was asked until it was answered, none was done
 * twice, and none of another workspace is listed.
 */
export async function checkThatIsAll(wire: Wire, ledger: Told[]): Promise<void> {
  const alive = ledger.filter(({ state }) => state !== 'deleted').map(({ assetId }) => assetId)
  assert.deepEqual((await assetIdsOf(wire)).sort(), alive.sort())
  const nodeIds = ledger.flatMap(told => told.nodeIds)
  assert.deepEqual([...(await nodesOf(wire)).keys()].sort(), nodeIds.sort())
}

async function assetIdsOf(wire: Wire): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: { assets: { asset_id: string }[]; meta: { next_cursor: string | null } } = await call(
      wire,
      'GET',
      `/assets?workspace_id=${wire.workspaceId}&limit=20&cursor=${cursor}`,
    )
    ids.push(...page.assets.map(({ asset_id }) => asset_id))
    cursor = page.meta.next_cursor
  }
  return ids
}

/** Which asset each node of the first project shows; null where it was deleted. */
async function nodesOf(wire: Wire): Promise<Map<string, string | null>> {
  const nodes = new Map<string, string | null>()
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: {
      nodes: { node_id: string; asset_id: string | null }[]
      meta: { next_cursor: string | null }
    } = await call(wire, 'GET', `/projects/${wire.projectId}/nodes?limit=20&cursor=${cursor}`)
    for (const { node_id, asset_id } of page.nodes) nodes.set(node_id, asset_id)
    cursor = page.meta.next_cursor
  }
  return nodes
}
