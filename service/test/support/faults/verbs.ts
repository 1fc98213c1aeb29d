// Every verb that a fault may meet: what comes before it, the verb itself, and what its answer promises.
import { expect } from 'vitest'
import { sampleBytes } from '../samples.ts'
import type { Answer, Installation } from './open-installation.ts'
import {
  complete,
  expectReady,
  finishByRetry,
  formOf,
  fresh,
  nodesOf,
  type Reserved,
  readyAsset,
  reserved,
  reservedIn,
  reserveIn,
  someBytes,
  someKey,
  succeeded,
  uploaded,
} from './steps.ts'

/** A verb about to be called. */
export interface Begun {
  /** The call under test. It is repeated when it was not answered, and must then succeed. */
  act(): Promise<Answer>
  /** Checks what a 2xx of it promises; `calls` is how often it was called for that. */
  holds(answer: Answer, calls: number): Promise<void>
}

export interface Verb {
  title: string
  /** Whether a crash may leave a media file that no row names: what was linked and never written down. */
  mayOrphan: boolean
  /** Whether it writes bytes, which may be torn. */
  writesBytes: boolean
  begin(at: Installation): Promise<Begun>
}

const reserve: Verb = {
  title: 'reserve',
  mayOrphan: false,
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

const receive = (how: 'POST' | 'PUT'): Verb => ({
  title: `receive by ${how}`,
  mayOrphan: false,
  writesBytes: true,
  begin: async at => {
    const bytes = someBytes()
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

const receiveAgain: Verb = {
  title: 'receive over bytes received before',
  mayOrphan: false,
  writesBytes: true,
  begin: async at => {
    const [old, bytes] = [someBytes(), someBytes()]
    const asset = await uploaded(at, old)
    return {
      act: () => at.send(asset.uploadUrl, bytes),
      holds: async () => {
        succeeded(await complete(at, asset))
        await expectReady(at, asset, bytes)
      },
    }
  },
}

const completeVerb: Verb = {
  title: 'complete',
  mayOrphan: true,
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
  mayOrphan: false,
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
  mayOrphan: true,
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
  mayOrphan: true,
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
  mayOrphan: false,
  writesBytes: false,
  begin: async at => {
    const old = await uploaded(at, someBytes())
    return {
      act: () => at.call('POST', `/assets/${old.assetId}/retry`),
      holds: async answer => {
        const bytes = someBytes()
        const next = reservedIn(answer)
        expect(next.assetId).toBe(old.assetId)
        expect(new URL(next.url).pathname).toBe(new URL(old.url).pathname)
        expect((await at.send(old.uploadUrl, bytes)).status).toBe(403)
        succeeded(await at.send(next.uploadUrl, bytes))
        succeeded(await complete(at, next))
        await expectReady(at, next, bytes)
      },
    }
  },
}

const attach: Verb = {
  title: 'attach',
  mayOrphan: false,
  writesBytes: false,
  begin: async at => {
    const asset = await readyAsset(at)
    return {
      act: () => at.call('POST', `/projects/${at.projectId}/assets/${asset.assetId}/attach`),
      holds: async (answer, calls) => {
        const nodes = await nodesOf(at, asset)
        expect(nodes).toContain(answer.body.node_id)
        expect(nodes.length).toBeLessThanOrEqual(calls)
      },
    }
  },
}

const createProject: Verb = {
  title: 'create project',
  mayOrphan: false,
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
  mayOrphan: false,
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
  receive('POST'),
  receive('PUT'),
  receiveAgain,
  completeVerb,
  completeFaulty,
  direct,
  fetchUrl(source),
  retry,
  attach,
  createProject,
  sweep,
]
