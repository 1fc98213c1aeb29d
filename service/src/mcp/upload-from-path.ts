// `upload-from-path`: a file of this machine to a ready asset, its bytes streamed from the disk.
import path from 'node:path'
import { PAUSE } from '@herbarium/client'
import { z } from 'zod'
import { fileBelow } from './roots.ts'
import { asset, description, optionsOf, presentAsset } from './shapes.ts'
import { createTool } from './tool.ts'

export const uploadFromPath = createTool({
  name: 'upload-from-path',
  title: 'Upload a local file',
  description:
    'Uploads an image, video, sound or PDF that lies on this machine and answers the ready asset with its final URL. Give the path, never the bytes. Only files below the folders opened by --root can be read; a relative path begins at the first of them. An upload that was cut off goes on where it was when the same call is made again.',
  input: z.strictObject({
    path: z.string().min(1).max(4096).describe('Of one file'),
    file_name: z.string().optional().describe("What the asset is called; default: the file's own name"),
    ...description,
  }),
  output: asset,
  hints: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
  run: async ({ client, workspaceId, roots }, { path: asked, ...said }, { signal, showProgress }) => {
    const file = await fileBelow(roots, asked)
    const uploaded = await client.upload(
      { path: file },
      {
        ...optionsOf({ file_name: path.basename(asked), ...said }),
        workspaceId,
        signal: pausing(signal),
        onProgress: showProgress,
      },
    )
    return presentAsset(uploaded)
  },
})

/** However a call ends early, what has arrived stays for the next one. */
function pausing(signal: AbortSignal): AbortSignal {
  const controller = new AbortController()
  const pause = () => controller.abort(PAUSE)
  if (signal.aborted) pause()
  else signal.addEventListener('abort', pause, { once: true })
  return controller.signal
}
