// A second service over the rows and bytes of a first, and clients that reach each by itself.

import { systemClock } from '../../src/ground/clock.ts'
import { randomIds } from '../../src/ground/ids.ts'
import type { Service, World } from '../../src/service.ts'
import { type CheckedFetch, createCheckedFetch } from './checked-fetch.ts'
import {
  createTenant,
  openListening,
  type RunningService,
  type StartOptions,
  startService,
  type Tenant,
} from './start-service.ts'

/** One node as a client has it that a load balancer leads there: every URL of the service, whoever made it. */
export interface Node extends Tenant {
  service: Service
  origin: string
  fetch: CheckedFetch
  /** The rows of all attempts. */
  attempts(): Promise<Record<string, unknown>[]>
}

export interface TwoNodes {
  a: Node
  b: Node
  /** The first, for what is the same seen from both. */
  first: RunningService
  close(): Promise<void>
}

export interface TwoNodesOptions {
  environment?: Record<string, string>
  /** Of both, and of one alone. */
  world?: Partial<World>
  worldOfA?: Partial<World>
  worldOfB?: Partial<World>
}

export async function startTwoNodes(options: TwoNodesOptions = {}): Promise<TwoNodes> {
  const { environment = {}, world, worldOfA, worldOfB } = options
  const first = await startService({ environment, world: { ...world, ...worldOfA } })
  const second = await startSecondNode(first, { environment, world: { ...world, ...worldOfB } })
  return {
    a: nodeOf(first.service, first),
    b: nodeOf(second, first),
    first,
    close: async () => {
      await second.close()
      await first.close()
    },
  }
}

/** As on another machine that sees the same database and the same store. */
export const startSecondNode = (
  first: RunningService,
  { environment = {}, world = {} }: StartOptions = {},
): Promise<Service> =>
  openListening(
    first.dataDir,
    { clock: systemClock, ids: randomIds, ...world },
    { ...first.environment, ...environment },
  )

/** Any other leads to the store. */
const OURS = /^\/(api|uploads|media)\//

export function nodeOf(service: Service, { apiKey, workspaceId, rows }: RunningService): Node {
  const { origin } = new URL(service.urls.api())
  const checked = createCheckedFetch(() => service.urls.api())
  const fetch: CheckedFetch = (input, init) => {
    if (input instanceof Request) return checked(input, init)
    const { pathname, search } = new URL(input)
    return checked(OURS.test(pathname) ? new URL(pathname + search, origin) : input, init)
  }
  const tenant = createTenant({ apiKey, workspaceId, baseUrl: () => service.urls.api(), fetch })
  return { ...tenant, service, origin, fetch, attempts: () => rows.all('attempts') }
}
