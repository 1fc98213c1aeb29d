// The door for agents: the Model Context Protocol over this process's stdin and stdout.
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import { createServer } from './create-server.ts'
import type { Ports } from './tool.ts'

export interface AgentDoor {
  /** Resolves when the agent has closed its end, or `close` has closed ours. */
  ended: Promise<void>
  /** Has uploads under way stop where they are and all other calls end, answers them, and closes the connection. */
  close(): Promise<void>
}

/** A call that has not ended by then is left. */
const DRAIN_MS = 10_000

/** Nothing else may write to stdout while it is open. */
export function openAgentDoor(ports: Ports, options: { isReadOnly: boolean }): AgentDoor {
  const ending = new AbortController()
  const underWay = new Set<Promise<unknown>>()
  const began = (call: Promise<unknown>) => {
    underWay.add(call)
    void call.finally(() => underWay.delete(call))
  }
  const transport = new StdioServerTransport()
  const connection = serveStdio(() => createServer({ ports, ending: ending.signal, began }, options), {
    transport,
    onerror: error => console.error(`herbarium: ${error.message}`),
  })
  return {
    ended: closeOf(transport),
    close: async () => {
      ending.abort()
      await Promise.race([Promise.all(underWay), delay(DRAIN_MS, undefined, { ref: false })])
      await setImmediate() // the answers of calls that have just ended are being written
      await connection.close()
    },
  }
}

/** The connection listens for the same. */
function closeOf(transport: StdioServerTransport): Promise<void> {
  const told = transport.onclose
  return new Promise(resolve => {
    transport.onclose = () => {
      told?.()
      resolve()
    }
  })
}
