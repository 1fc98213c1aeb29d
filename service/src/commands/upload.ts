// `herbarium upload`: files to ready assets, several at a time; what was cut off goes on the next time.
import { HerbariumError, PAUSE } from '@herbarium/client'
import type { Command } from 'commander'
import { type Bars, openBars } from './bars.ts'
import { type Chosen, chosenClient, WORKSPACE_OPTION } from './chosen-client.ts'
import { each, PARALLEL_OPTION } from './each.ts'
import { CommandFailure } from './failure.ts'
import { type FileToSend, filesToSend } from './files-to-send.ts'
import { abortOnInterrupt } from './interruption.ts'
import { JSON_LINES_OPTION, type OutputOptions, saidOfFailure } from './output.ts'

interface UploadOptions extends OutputOptions {
  workspace?: string
  project?: string
  folder?: string
  recursive?: boolean
  parallel: number
}

export function addUpload(program: Command): void {
  program
    .command('upload')
    .description(
      'Upload files and print their URLs; reads FLORA_API_KEY and FLORA_BASE_URL. A file that was cut off goes on where it was when it is uploaded again.',
    )
    .argument('<file...>', 'the files, and with --recursive folders')
    .option(...WORKSPACE_OPTION)
    .option('--project <prj_…>', "put them on this project's canvas")
    .option('--folder <folder>', 'file them in this folder')
    .option('--recursive', 'upload what is in folders; their subfolders become folders of the assets')
    .option(...PARALLEL_OPTION)
    .option(...JSON_LINES_OPTION)
    .action(uploadAll)
}

async function uploadAll(paths: string[], options: UploadOptions): Promise<void> {
  const files = await filesToSend(paths, { isRecursive: options.recursive === true })
  const chosen = await chosenClient(options)
  const controller = new AbortController()
  const listenNoLonger = abortOnInterrupt(controller, PAUSE)
  const whole = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const bars = openBars({ count: files.length, whole }, options)
  try {
    await each(files, {
      parallel: options.parallel,
      name: file => file.path,
      act: file => uploadOne(chosen, file, { options, bars, signal: controller.signal }),
      failed: (file, error) => {
        if (options.json) bars.print(JSON.stringify({ file: file.path, ...saidOfFailure(error) }))
      },
    })
  } finally {
    bars.close()
    listenNoLonger()
  }
  if (controller.signal.aborted)
    throw new CommandFailure([
      'Interrupted. What was cut off goes on where it was when it is uploaded again.',
    ])
}

interface Running {
  options: UploadOptions
  bars: Bars
  signal: AbortSignal
}

async function uploadOne(
  { client, workspaceId }: Chosen,
  { path, sizeBytes, subfolder, fault }: FileToSend,
  { options, bars, signal }: Running,
): Promise<void> {
  if (signal.aborted) return
  try {
    if (fault !== undefined) throw new CommandFailure([fault])
    const asset = await client.upload(
      { path },
      {
        workspaceId,
        projectId: options.project,
        folder: [options.folder, subfolder].filter(Boolean).join('/') || undefined,
        onProgress: ({ sentBytes }) => bars.show(path, sentBytes, sizeBytes),
        signal,
      },
    )
    bars.print(
      options.json ? JSON.stringify({ file: path, ...asset }) : `${path}  ${asset.status}  ${asset.url}`,
    )
  } catch (error) {
    const isPaused = signal.aborted && error instanceof HerbariumError && error.code === 'aborted'
    if (!isPaused) throw error
  } finally {
    bars.end(path, sizeBytes)
  }
}
