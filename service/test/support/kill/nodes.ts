// Several real servers over the same rows and bytes: started, killed at random, and started again.
import { randomInt } from 'node:crypto'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../free-port.ts'
import { startBalancer } from '../start-balancer.ts'
import { type Environment, spawnServer, temporaryFolder, type Watched } from '../start-process.ts'

export interface Nodes {
  /** The one address before all of them. */
  origin: string
  /** The own addresses of those that have said that they are ready. */
  origins(): string[]
  /** What each is told, by its own data folder; commands may be run with it. */
  environments: Environment[]
  /** How many connections each was given. */
  given(): number[]
  /** SIGKILL for one of them, as soon as that leaves somebody, and now and then even so; it starts again at once. */
  killOne(): Promise<void>
  /** SIGKILL for all at once; they start again at once. */
  killAll(): Promise<void>
  /** Resolves when all are ready. */
  ready(): Promise<void>
  /** Rejects when one ends that nobody has killed, or says that something is its own fault. */
  failed: Promise<never>
  close(): Promise<void>
}

interface Node {
  environment: Environment
  port: number
  server: Watched
  isReady: boolean
}

/** One in so many kills spares nobody: neither the last that is ready nor one that starts. */
const SPARED_OF = 5
const LOOK_MS = 20
const READY_WITHIN_MS = 60_000
const OWN_FAULT = /^.*Something went wrong on our side.*$/m

/** `shared` is what all are told; `own` is what only the one with this number is. */
export async function startNodes(
  count: number,
  { shared, own = {} }: { shared: Environment; own?: Record<number, Environment> },
): Promise<Nodes> {
  const folder = await temporaryFolder()
  const ports: number[] = []
  while (ports.length < count) ports.push(await freePort())
  const balancer = await startBalancer(ports)
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => undefined) // whoever races with it is told
  let isOver = false
  const nodes = ports.map((port, n): Node => {
    const environment = {
      ...shared,
      ...own[n],
      PUBLIC_URL: balancer.origin,
      PORT: String(port),
      DATA_DIR: path.join(folder, `node-${n}`),
    }
    return { environment, port, server: spawnNode(environment), isReady: false }
  })
  const running = nodes.map(async node => {
    while (!isOver) {
      await runOnce(node)
      if (!isOver) node.server = spawnNode(node.environment)
    }
    node.server.child.kill('SIGKILL')
    await node.server.exited
  })
  Promise.all(running).catch(failure.reject)
  const killed = (node: Node) => {
    node.isReady = false
    node.server.child.kill('SIGKILL')
  }
  return {
    origin: balancer.origin,
    origins: () => nodes.filter(({ isReady }) => isReady).map(({ port }) => `http://127.0.0.1:${port}`),
    environments: nodes.map(({ environment }) => environment),
    given: () => [...balancer.given.values()],
    killOne: async () => killed(await chosen(nodes)),
    killAll: async () => nodes.forEach(killed),
    ready: () => until(() => nodes.every(({ isReady }) => isReady)),
    failed: failure.promise,
    close: async () => {
      isOver = true
      nodes.forEach(killed)
      await Promise.allSettled(running)
      await balancer.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const spawnNode = (environment: Environment): Watched => spawnServer(environment.DATA_DIR ?? '', environment)

/** From its start to its end, which is a kill. */
async function runOnce(node: Node): Promise<void> {
  const { server } = node
  const { signal, code } = await Promise.race([
    server.exited,
    server.saysOnStdout(/API base/).then(
      () => {
        node.isReady = true
        return server.exited
      },
      () => server.exited,
    ),
  ])
  node.isReady = false
  const said = server.stdout()
  const fault = OWN_FAULT.exec(said)?.[0]
  if (fault !== undefined) throw new Error(`a node had to say: ${fault}`)
  if (signal !== 'SIGKILL')
    throw new Error(`a node ended with ${code ?? signal}:\n${said}\n${server.stderr()}`)
}

/**
 * The last one that is ready is spared most of the time, and so are those that start: on a slow machine all would be
 * starting for good.
 */
async function chosen(nodes: Node[]): Promise<Node> {
  const isSpared = randomInt(SPARED_OF) > 0
  const candidates = () => {
    const ready = nodes.filter(({ isReady }) => isReady)
    if (!isSpared) return ready.length > 0 ? nodes : []
    return ready.length > 1 ? ready : []
  }
  await until(() => candidates().length > 0)
  const some = candidates()
  const one = some[randomInt(some.length)]
  if (one === undefined) throw new Error('there is no node to kill')
  return one
}

async function until(isSo: () => boolean): Promise<void> {
  const from = performance.now()
  while (!isSo()) {
    if (performance.now() - from > READY_WITHIN_MS) throw new Error('the nodes did not get ready in a minute')
    await delay(LOOK_MS)
  }
}
