// Deleting, of what is ready and of what is not: what its answer promises.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { runSql } from '../rows.ts'
import { until } from '../uploads.ts'
import type { Answer, Installation } from './open-installation.ts'
import { firstPart } from './resumable-verbs.ts'
import { complete, fresh, type Reserved, repeated, someBytes, succeeded, uploaded } from './steps.ts'
import type { Verb } from './verb.ts'

/** Its work goes on behind the answer: the fault may meet that, too. */
async function remove(at: Installation, { assetId }: Reserved, repeats: number): Promise<Answer> {
  const answer = await at.call('DELETE', `/assets/${assetId}`, undefined, repeated(repeats))
  const mine = 'select id from jobs where subject = ? and lease_owner is not null'
  const isOver = () => at.faults.isCrashed() || runSql(at.dataDir, mine, assetId).length === 0
  if (repeats === 0 && answer.status === 204) await until(async () => isOver(), Boolean)
  return answer
}

async function expectGone(at: Installation, asset: Reserved): Promise<void> {
  const { assetId, url, uploadUrl } = asset
  expect((await at.call('GET', `/assets/${assetId}`)).status).toBe(404)
  expect((await at.call('POST', `/assets/${assetId}/retry`)).status).toBe(404)
  expect((await at.call('DELETE', `/assets/${assetId}`)).status).toBe(404)
  expect(await at.served(url)).toBeUndefined()
  expect((await at.tus('HEAD', uploadUrl)).status).toBe(403)
}

/** Names of all files of bytes, published or not. */
function filesOf({ dataDir }: Installation): string[] {
  const entries = readdirSync(path.join(dataDir, 'blobs'), { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(({ name }) => name)
    .sort()
}

const ofReady: Verb = {
  title: 'delete of a ready asset on a canvas',
  writesBytes: false,
  begin: async at => {
    const before = filesOf(at)
    const file_name = `${fresh('rose')}.wav`
    const asset = await uploaded(at, someBytes(), { file_name, project_id: at.projectId })
    succeeded(await complete(at, asset))
    const node = async () => {
      const { body } = succeeded(await at.call('GET', `/projects/${at.projectId}/nodes?limit=100`))
      return (body.nodes as { label: string }[]).filter(({ label }) => label === file_name)
    }
    expect(await node()).toMatchObject([{ asset_id: asset.assetId }])
    return {
      act: repeats => remove(at, asset, repeats),
      holds: async () => {
        await expectGone(at, asset)
        expect(await node()).toMatchObject([{ label: file_name, asset_id: null, url: null }])
      },
      afterwards: async () => expect(filesOf(at)).toEqual(before),
    }
  },
}

const ofPart: Verb = {
  title: 'delete of an upload that has come in part',
  writesBytes: false,
  begin: async at => {
    const before = filesOf(at)
    const { asset } = await firstPart(at)
    return {
      act: repeats => remove(at, asset, repeats),
      holds: () => expectGone(at, asset),
      afterwards: async () => expect(filesOf(at)).toEqual(before),
    }
  },
}

/** By the sweep, which is called again where it was not answered. */
const ofOutlived: Verb = {
  title: 'sweep of assets whose hour has come',
  writesBytes: false,
  begin: async at => {
    const before = filesOf(at)
    const said = { retention: 'ephemeral', delete_after_seconds: 60 }
    const [ready, received] = [await uploaded(at, someBytes(), said), await uploaded(at, someBytes(), said)]
    succeeded(await complete(at, ready))
    at.clock.advance(61_000)
    return {
      act: () =>
        at.sweep().then(
          () => ({ status: 200, body: {} }),
          error => ({ status: error.code === 'service_unavailable' ? 503 : 500, body: { error } }),
        ),
      holds: async () => {
        for (const asset of [ready, received]) await expectGone(at, asset)
      },
      afterwards: async () => expect(filesOf(at)).toEqual(before),
    }
  },
}

export const deleteVerbs = (): Verb[] => [ofReady, ofPart, ofOutlived]
