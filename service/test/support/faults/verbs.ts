// The verbs of storing, in one request or three, and of canvases: what comes before each, and what its answer promises.
import { expect } from 'vitest'
import { sampleBytes } from '../samples.ts'
import {
  attemptsOf,
  complete,
  expectReady,
  finishByRetry,
  formOf,
  fresh,
  nodesOf,
  type Reserved,
  readyAsset,
  repeated,
  reserved,
  reservedIn,
  reserveIn,
  someBytes,
  someKey,
  succeeded,
  uploaded,
} from './steps.ts'
import type { Verb } from './verb.ts'

const reserve: Verb = {
  title: 'reserve',
  writesBytes: false,
  begin: async at => {
    const said = { file_name: 'a.wav', project_id: at.projectId }
    const headers = someKey()
    return {
      act: () => reserveIn(at, said, headers),
      holds: async answer => {
        const asset = reservedIn(answer)
        expect(reservedIn(await reserveIn(at, said, headers)).assetId).toBe(asset.assetId)
        expect((await at.call('GET', `/assets/${asset.assetId}`)).body).toMatchObject({ name: 'a.wav' })
      },
    }
  },
}

/** Brief ones claim their attempt when they are whole, longer ones before. */
type Length = 'brief' | 'long'

const bytesOf = (length: Length): Buffer => someBytes(length === 'brief' ? 20_000 : 80_000)

const receive = (how: 'POST' | 'PUT', length: Length): Verb => ({
  title: `receive a ${length} file by ${how}`,
  writesBytes: true,
  begin: async at => {
    const bytes = bytesOf(length)
    const asset = await reserved(at)
    return {
      act: () => at.send(asset.uploadUrl, how === 'PUT' ? bytes : formOf(bytes)),
      holds: async () => {
        expect((await complete(at, asset)).body).toMatchObject({ status: 'ready' })
        await expectReady(at, asset, bytes)
      },
    }
  },
})

const receiveAgain = (length: Length): Verb => ({
  title: `receive a ${length} file over bytes received before`,
  writesBytes: true,
  begin: async at => {
    const [old, bytes] = [someBytes(), bytesOf(length)]
    const asset = await uploaded(at, old)
    return {
      act: () => at.send(asset.uploadUrl, bytes),
      holds: async () => {
        succeeded(await complete(at, asset))
        await expectReady(at, asset, bytes)
      },
    }
  },
})

const completeVerb: Verb = {
  title: 'complete',
  writesBytes: false,
  begin: async at => {
    const bytes = someBytes()
    const asset = await uploaded(at, bytes, { project_id: at.projectId })
    return {
      act: () => complete(at, asset),
      holds: async answer => {
        expect(answer.body).toMatchObject({ status: 'ready' })
        await expectReady(at, asset, bytes)
        expect(await nodesOf(at, asset)).toHaveLength(1)
      },
    }
  },
}

const completeFaulty: Verb = {
  title: 'complete of bytes that are refused',
  writesBytes: false,
  begin: async at => {
    const asset = await uploaded(at, Buffer.from('plain words'))
    return {
      act: () => complete(at, asset),
      holds: async () => {
        expect((await complete(at, asset)).body).toMatchObject({ status: 'failed' })
        await finishByRetry(at, asset.assetId)
      },
    }
  },
}

const direct: Verb = {
  title: 'direct upload',
  writesBytes: true,
  begin: async at => {
    const bytes = someBytes()
    const headers = someKey()
    const form = () => formOf(bytes, { workspace_id: at.workspaceId, project_id: at.projectId })
    return {
      act: () => at.form('/assets', form(), headers),
      holds: async answer => {
        const asset = reservedIn(answer)
        await expectReady(at, asset, bytes)
        expect(await nodesOf(at, asset)).toHaveLength(1)
        expect(reservedIn(await at.form('/assets', form(), headers)).assetId).toBe(asset.assetId)
      },
    }
  },
}

/** The answer may say that the fetch goes on: then it has promised the asset alone. */
const fetchUrl = (source: string): Verb => ({
  title: 'URL fetch',
  writesBytes: true,
  begin: async at => {
    const headers = someKey()
    return {
      act: () => at.call('POST', '/assets', { source, workspace_id: at.workspaceId }, headers),
      holds: async ({ body }) => {
        const { status } = (await at.call('GET', `/assets/${body.asset_id}`)).body
        expect(status).toBeOneOf(body.status === 'ready' ? ['ready'] : ['ready', 'pending_upload'])
        if (status === 'ready')
          await expectReady(at, reservedIn({ status: 200, body }), await sampleBytes('i.png'))
      },
    }
  },
})

const retry: Verb = {
  title: 'retry',
  writesBytes: false,
  begin: async at => {
    const old = await uploaded(at, someBytes())
    return {
      act: repeats => at.call('POST', `/assets/${old.assetId}/retry`, undefined, repeated(repeats)),
      holds: async answer => {
        const bytes = someBytes()
        const next = reservedIn(answer)
        expect(next.assetId).toBe(old.assetId)
        expect(attemptsOf(at, old)).toBe(2)
        expect(new URL(next.url).pathname).toBe(new URL(old.url).pathname)
        expect((await at.send(old.uploadUrl, bytes)).status).toBe(403)
        succeeded(await at.send(next.uploadUrl, bytes))
        succeeded(await complete(at, next))
        await expectReady(at, next, bytes)
      },
    }
  },
}

const keep: Verb = {
  title: 'change of how long an asset is kept',
  writesBytes: false,
  begin: async at => {
    const asset = await readyAsset(at)
    const headers = someKey()
    return {
      act: () => at.call('PATCH', `/assets/${asset.assetId}`, { retention: 'pinned' }, headers),
      holds: async () => {
        expect((await at.call('DELETE', `/assets/${asset.assetId}`)).status).toBe(409)
        expect((await at.call('GET', `/assets/${asset.assetId}`)).body).toMatchObject({ retention: 'pinned' })
      },
    }
  },
}

const attach: Verb = {
  title: 'attach',
  writesBytes: false,
  begin: async at => {
    const asset = await readyAsset(at)
    return {
      act: repeats => {
        const path = `/projects/${at.projectId}/assets/${asset.assetId}/attach`
        return at.call('POST', path, undefined, repeated(repeats))
      },
      holds: async answer => expect(await nodesOf(at, asset)).toEqual([answer.body.node_id]),
    }
  },
}

const createProject: Verb = {
  title: 'create project',
  writesBytes: false,
  begin: async at => {
    const headers = someKey()
    const body = { workspace_id: at.workspaceId, name: fresh('Canvas') }
    return {
      act: () => at.call('POST', '/projects', body, headers),
      holds: async answer => {
        const { project_id } = answer.body
        expect((await at.call('POST', '/projects', body, headers)).body).toMatchObject({ project_id })
        expect((await at.call('GET', `/projects/${project_id}`)).body).toMatchObject({ name: body.name })
      },
    }
  },
}

const sweep: Verb = {
  title: 'sweep',
  writesBytes: false,
  begin: async at => {
    const [open, received] = [await reserved(at), await uploaded(at, someBytes())]
    at.clock.advance(26 * 3_600_000)
    const statusOf = async ({ assetId }: Reserved) => (await at.call('GET', `/assets/${assetId}`)).body.status
    return {
      act: () =>
        at.sweep().then(
          () => ({ status: 200, body: {} }),
          error => ({ status: error.code === 'service_unavailable' ? 503 : 500, body: { error } }),
        ),
      holds: async () => {
        for (const asset of [open, received]) {
          expect((await at.send(asset.uploadUrl, someBytes())).status).toBe(403)
          expect(await statusOf(asset)).toBe('pending_upload')
        }
      },
    }
  },
}

/** The table. `source` is a URL that gives a picture. */
export const verbs = (source: string): Verb[] => [
  reserve,
  receive('POST', 'brief'),
  receive('POST', 'long'),
  receive('PUT', 'brief'),
  receive('PUT', 'long'),
  receiveAgain('brief'),
  receiveAgain('long'),
  completeVerb,
  completeFaulty,
  direct,
  fetchUrl(source),
  retry,
  keep,
  attach,
  createProject,
  sweep,
]
