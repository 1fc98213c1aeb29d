// `reserve`: an asset for bytes that something else sends.
import { z } from 'zod'
import { presentReservation, reservation } from './reservation.ts'
import { description, optionsOf } from './shapes.ts'
import { createTool } from './tool.ts'

export const reserve = createTool({
  name: 'reserve',
  title: 'Reserve an upload',
  description:
    'Makes an asset for a file whose bytes you will have sent yourself, for example by the shell or from another machine. Answers an upload URL and a curl line that sends the file; bytes never go through this tool. Afterwards call "complete". For a file on this machine "upload-from-path" does all of that at once.',
  input: z.strictObject({
    file_name: z.string().optional().describe('What the asset is called, such as fern.png'),
    file_size: z.int().min(1).optional().describe('Bytes; a file of another size is refused'),
    ...description,
  }),
  output: reservation,
  hints: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
  run: async ({ client, workspaceId }, asked) => {
    const made = await client.reserve({ ...optionsOf(asked), size: asked.file_size, workspaceId })
    return presentReservation(made, asked.file_name)
  },
})
