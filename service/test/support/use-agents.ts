// For tests of agents: a server in a process of its own, and for each test a folder and the agents that stand in it.
import { copyFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { firstTenant, type ProcessTenant } from './process-tenant.ts'
import { samplePath } from './samples.ts'
import { openShell, type Shell } from './shell-of.ts'
import { type Agent, type AgentOptions, startAgent } from './start-agent.ts'
import { type RunningProcess, startProcess } from './start-process.ts'

export interface Street {
  server: RunningProcess
  tenant: ProcessTenant
  shell: Shell
  /** Stands in the shell's folder, with its variables, unless it is told otherwise. */
  agentWith(said?: Partial<AgentOptions>): Promise<Agent>
  /** A copy of a sample in the shell's folder; answers its path. */
  inFolder(sample: string, name?: string): Promise<string>
}

/** Answers what there is while a test runs. */
export function useAgents(): () => Street {
  let place: Pick<Street, 'server' | 'tenant'> | undefined
  let street: Street | undefined
  const agents: Agent[] = []
  beforeAll(async () => {
    const server = await startProcess()
    place = { server, tenant: await firstTenant(server) }
  })
  beforeEach(async () => {
    if (place === undefined) throw new Error('the server has not been started')
    street = await openStreet(place, agents)
  })
  afterEach(async () => {
    await Promise.all(agents.splice(0).map(agent => agent.close()))
    await street?.shell.close()
  })
  afterAll(() => place?.server.close())
  return () => {
    if (street === undefined) throw new Error('no test is running')
    return street
  }
}

async function openStreet(place: Pick<Street, 'server' | 'tenant'>, agents: Agent[]): Promise<Street> {
  const { server, tenant } = place
  const shell = await openShell({ baseUrl: `${server.origin}/api/v1`, apiKey: tenant.apiKey })
  return {
    server,
    tenant,
    shell,
    agentWith: async said => {
      const agent = await startAgent({ environment: shell.environment, cwd: shell.folder, ...said })
      agents.push(agent)
      return agent
    },
    inFolder: async (sample, name = sample) => {
      const file = path.join(shell.folder, name)
      await copyFile(samplePath(sample), file)
      return file
    },
  }
}
