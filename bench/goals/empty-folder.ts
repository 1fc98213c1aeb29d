// Taking away what a contestant has written.
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'

/** What the system has still to write to the disk goes with its file, and burdens nobody. */
export async function emptyFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(path.join(folder, name), { recursive: true })
}
