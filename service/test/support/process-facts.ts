// What the system knows of a process: its memory and its open files.
import { existsSync } from 'node:fs'
import { readdir, readFile, readlink, writeFile } from 'node:fs/promises'

export const MIB = 1024 * 1024

function requireProc(): void {
  if (!existsSync('/proc/self/status'))
    throw new Error('This test reads /proc, which this system does not have: run it on Linux.')
}

/** Bytes of memory the process has now. */
export const residentBytes = (pid: number): Promise<number> => memoryFact(pid, 'VmRSS')

/** Watches the process's memory: answers by how many bytes its peak exceeds what it had at the call. */
export async function watchMemory(pid: number): Promise<() => Promise<number>> {
  requireProc()
  const atCall = await residentBytes(pid)
  await writeFile(`/proc/${pid}/clear_refs`, '5') // the peak counts from now on
  return async () => (await memoryFact(pid, 'VmHWM')) - atCall
}

async function memoryFact(pid: number, name: 'VmRSS' | 'VmHWM'): Promise<number> {
  requireProc()
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
  if (kibibytes === undefined) throw new Error(`/proc/${pid}/status has no ${name}`)
  return Number(kibibytes) * 1024
}

/** The files below `folder` that the process holds open. */
export async function openFilesBelow(pid: number, folder: string): Promise<string[]> {
  requireProc()
  const descriptors = await readdir(`/proc/${pid}/fd`)
  const files = await Promise.all(
    descriptors.map(descriptor => readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')),
  )
  return files.filter(file => file.startsWith(`${folder}/`))
}
