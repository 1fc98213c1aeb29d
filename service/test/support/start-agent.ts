// An agent: the protocol's official client, and `herbarium mcp` as its child, as a desktop starts it.
import { Client, type ClientOptions } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { cleanEnvironment, type Environment, LAUNCHER } from './start-process.ts'

export interface Answer {
  isError: boolean
  /** What a model reads. */
  text: string
  /** What a program reads; the client has held it to the tool's schema. */
  said: Record<string, unknown>
}

export interface Agent {
  client: Client
  pid: number
  /** Calls a tool; rejects only where the protocol itself fails. */
  call(name: string, asked?: Record<string, unknown>): Promise<Answer>
  /** The same, for a call that has to succeed. */
  told(name: string, asked?: Record<string, unknown>): Promise<Record<string, unknown>>
  stderr(): string
  close(): Promise<void>
}

export interface AgentOptions {
  environment: Environment
  /** Behind `herbarium mcp`. */
  options?: string[]
  cwd: string
  protocol?: ClientOptions['versionNegotiation']
}

export async function startAgent({ environment, options = [], cwd, protocol }: AgentOptions): Promise<Agent> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [LAUNCHER, 'mcp', ...options],
    env: defined(cleanEnvironment(environment)),
    cwd,
    stderr: 'pipe',
  })
  let stderr = ''
  transport.stderr?.on('data', (bytes: Buffer) => {
    stderr += bytes.toString()
  })
  const client = new Client(
    { name: 'test', version: '1' },
    protocol === undefined ? {} : { versionNegotiation: protocol },
  )
  await client.connect(transport)
  await client.listTools() // from here on the client knows what each tool has promised to answer
  const call: Agent['call'] = async (name, asked = {}) =>
    readAnswer(await client.callTool({ name, arguments: asked }))
  return {
    client,
    pid: transport.pid ?? 0,
    call,
    told: async (name, asked) => {
      const { isError, text, said } = await call(name, asked)
      if (isError) throw new Error(`${name}: ${text}`)
      return said
    },
    stderr: () => stderr,
    close: () => client.close(),
  }
}

const defined = (environment: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )

function readAnswer({
  content,
  structuredContent,
  isError,
}: Awaited<ReturnType<Client['callTool']>>): Answer {
  const text = content.map(part => (part.type === 'text' ? part.text : '')).join('\n')
  return { isError: isError ?? false, text, said: { ...Object(structuredContent) } }
}
