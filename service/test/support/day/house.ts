// Two nodes on PostgreSQL and a bucket, with nginx and TLS before them, as docs/operations.md brings them up.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { freePort } from '../free-port.ts'
import { type Engines, shareEngines } from '../kill/shared-engines.ts'
import { type Nginx, startNginx } from '../start-nginx.ts'
import { type Environment, type RunningProcess, startProcess, temporaryFolder } from '../start-process.ts'

export interface House {
  origin: string
  nginx: Nginx
  /** What an operator's command is told. */
  environment: Environment
  /** Drains one node after the other, and starts it again with this besides: a rolling restart. */
  roll(change: Environment): Promise<void>
  /** Drains the node of this number for good, and starts one with an empty data folder in its place. */
  replace(n: 0 | 1): Promise<void>
  /** All that the nodes have said, those of before too. */
  said(): string
  close(): Promise<void>
}

/** From here on this process trusts nginx's certificate. */
export async function startHouse(engines: Engines, secretKey: string): Promise<House> {
  const shared = await shareEngines(engines)
  const folder = await temporaryFolder()
  const [port, ...ports] = [await freePort(), await freePort(), await freePort()]
  const environment: Environment = {
    ...shared.environment,
    SECRET_KEY: secretKey,
    PUBLIC_URL: `https://localhost:${port}`,
    TRUST_PROXY: '1',
    WEBHOOK_ALLOW_HOSTS: 'localhost',
    LOG_LEVEL: 'info',
  }
  const past: RunningProcess[] = []
  let folders = 0
  const startNode = (n: number, dataDir = path.join(folder, `node-${folders++}`)) =>
    startProcess({ dataDir, environment: { ...environment, PORT: String(ports[n]) } })
  const nodes = [await startNode(0), await startNode(1)]
  const nginx = await startNginx({ nodes: [ports[0] ?? 0, ports[1] ?? 0], blobs: folder, port })
  setDefaultCACertificates([...getCACertificates('default'), nginx.ca])
  const renew = async (n: number, { keepsFolder }: { keepsFolder: boolean }) => {
    const leaving = nodes[n]
    if (leaving === undefined) throw new Error('there are two nodes')
    await drain(leaving)
    past.push(leaving)
    nodes[n] = await startNode(n, keepsFolder ? leaving.dataDir : undefined)
  }
  return {
    origin: nginx.origin,
    nginx,
    environment,
    roll: async change => {
      Object.assign(environment, change)
      for (const n of [0, 1]) await renew(n, { keepsFolder: true })
    },
    replace: n => renew(n, { keepsFolder: false }),
    said: () => [...past, ...nodes].map(node => node.stdout() + node.stderr()).join(''),
    close: async () => {
      await nginx.close()
      for (const node of nodes) await node.close()
      await shared.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Throws where a node that is told to stop does not end well. */
async function drain(node: RunningProcess): Promise<void> {
  node.child.kill('SIGTERM')
  const { code, signal } = await node.exited
  if (code !== 0) throw new Error(`a node ended with ${code ?? signal}:\n${node.stdout()}\n${node.stderr()}`)
}
