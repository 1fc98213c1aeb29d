// One tool: what it is called, takes and answers; whatever goes wrong in it becomes an answer, too.
import type { Client } from '@herbarium/client'
import type { CallToolResult, McpServer, ServerContext, ToolAnnotations } from '@modelcontextprotocol/server'
import type { z } from 'zod'
import { createProgress, type ShowProgress } from './progress.ts'
import { refusalInWords } from './refusal-in-words.ts'
import type { Roots } from './roots.ts'

export interface Ports {
  client: Client
  /** Undefined for the key's own. */
  workspaceId: string | undefined
  roots: Roots
}

/** What a single call brings along. */
export interface Call {
  /** Aborted when the agent takes the call back, or this process is to end. */
  signal: AbortSignal
  showProgress: ShowProgress
}

export interface Definition<Input extends z.ZodObject, Output extends z.ZodObject> {
  name: string
  title: string
  /** Tells an agent when to take this tool, and what comes next. */
  description: string
  input: Input
  output: Output
  hints: Pick<ToolAnnotations, 'readOnlyHint' | 'destructiveHint' | 'idempotentHint'>
  run(ports: Ports, asked: z.output<Input>, call: Call): Promise<z.output<Output>>
}

/** What surrounds all calls of a process. */
export interface Surroundings {
  ports: Ports
  /** Aborted when the process is to end. */
  ending: AbortSignal
  /** Is told of each call, which never rejects. */
  began(call: Promise<unknown>): void
}

export type Tool = (server: McpServer, surroundings: Surroundings) => void

export const createTool =
  <Input extends z.ZodObject, Output extends z.ZodObject>(definition: Definition<Input, Output>): Tool =>
  (server, surroundings) => {
    const { name, title, description, input, output, hints, run } = definition
    server.registerTool<z.ZodObject, z.ZodObject>(
      name,
      {
        title,
        description,
        inputSchema: input,
        outputSchema: output,
        annotations: { title, openWorldHint: false, ...hints },
      },
      (asked, context) => {
        const call = callOf(context, surroundings.ending)
        const result = answered(async () => run(surroundings.ports, input.parse(asked), call))
        surroundings.began(result)
        return result
      },
    )
  }

const callOf = ({ mcpReq }: ServerContext, ending: AbortSignal): Call => ({
  signal: AbortSignal.any([mcpReq.signal, ending]),
  showProgress: createProgress(mcpReq),
})

async function answered(run: () => Promise<Record<string, unknown>>): Promise<CallToolResult> {
  try {
    const answer = await run()
    return { content: [{ type: 'text', text: JSON.stringify(answer) }], structuredContent: answer }
  } catch (error) {
    return { content: [{ type: 'text', text: refusalInWords(error) }], isError: true }
  }
}
