// An asset's file onto this machine: all of it, or nothing.
import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable, Transform, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CommandFailure } from './failure.ts'
import { abortOnInterrupt } from './interruption.ts'

export interface RemoteFile {
  url: string
  sizeBytes: number
}

/** The bytes come under a name of their own beside the target, which is replaced once they are whole and synced. */
export async function downloadTo(file: RemoteFile, target: string): Promise<void> {
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${randomUUID()}.part`)
  const handle = await open(temporary, 'wx').catch(cause => {
    throw new CommandFailure([`${target}: cannot be written (${cause.code})`], { cause })
  })
  try {
    await bring(file, handle.createWriteStream({ flush: true }))
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Whoever reads along is told by the exit code whether it was all. */
export const downloadToStdout = (file: RemoteFile): Promise<void> => bring(file, process.stdout)

async function bring({ url, sizeBytes }: RemoteFile, to: Writable): Promise<void> {
  const controller = new AbortController()
  const listenNoLonger = abortOnInterrupt(controller)
  const { signal } = controller
  let received = 0
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      received += chunk.byteLength
      done(null, chunk)
    },
  })
  try {
    const body = await answered(url, signal)
    await pipeline(body, counted, to, { signal, end: to !== process.stdout })
  } catch (cause) {
    if (signal.aborted) throw new CommandFailure(['Interrupted: nothing was saved.'], { cause })
    if (cause instanceof CommandFailure || (cause instanceof Error && 'syscall' in cause)) throw cause
    throw cutAt(received, sizeBytes, cause)
  } finally {
    listenNoLonger()
    if (to !== process.stdout) to.destroy()
  }
  if (received !== sizeBytes) throw cutAt(received, sizeBytes)
}

const cutAt = (received: number, sizeBytes: number, cause?: unknown) =>
  new CommandFailure([`Only ${received} of ${sizeBytes} bytes arrived: try again.`], { cause })

async function answered(url: string, signal: AbortSignal): Promise<Readable> {
  const response = await fetch(url, { signal }).catch(cause => {
    throw new CommandFailure([`${new URL(url).origin} cannot be reached.`], { cause })
  })
  if (!response.ok || response.body === null)
    throw new CommandFailure([`${new URL(url).origin} answered ${response.status} for the file.`])
  return Readable.fromWeb(response.body)
}
