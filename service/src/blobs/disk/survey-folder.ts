// What the system says about a data folder; a probe is written and removed, and nothing else.
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, link, stat, statfs, unlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { FolderFacts, Survey } from '../../upkeep/survey.ts'
import { codeOf } from './trouble.ts'

export async function surveyFolder(
  dataDir: string,
  secret: { file: string; fault: string | undefined } | undefined,
  { holdsBytes }: { holdsBytes: boolean } = { holdsBytes: true },
): Promise<Survey> {
  const root = path.join(dataDir, 'blobs')
  const areas = ['incoming', 'quarantine', 'media'].map(area => path.join(root, area))
  const folders = await Promise.all([dataDir, ...(holdsBytes ? [root, ...areas] : [])].map(factsOf))
  const space = await statfs(dataDir).catch(() => undefined)
  const isThere = folders[0]?.isThere ?? false
  return {
    isThere,
    holdsBytes,
    folders,
    ...(isThere && holdsBytes
      ? await probe(root)
      : { linkFault: 'there is no folder', fileClockAheadMs: undefined }),
    freeBytes: space === undefined ? 0 : space.bavail * space.bsize,
    totalBytes: space === undefined ? 0 : space.blocks * space.bsize,
    secretFile: secret && (await secretFacts(secret)),
  }
}

async function factsOf(folder: string): Promise<FolderFacts> {
  const found = await stat(folder).catch(() => undefined)
  const mayWrite = access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  return {
    path: folder,
    isThere: found?.isDirectory() ?? false,
    isWritable: await mayWrite.then(
      () => true,
      () => false,
    ),
    isOwn: found === undefined || found.uid === process.getuid?.(),
    isOpenToOthers: isOpen(found?.mode ?? 0),
  }
}

const isOpen = (mode: number): boolean => (mode & 0o077) !== 0

/** Takes the way that every upload takes, under names that the sweep removes should this process die. */
async function probe(root: string): Promise<Pick<Survey, 'linkFault' | 'fileClockAheadMs'>> {
  const name = randomBytes(16).toString('hex')
  const [first, second, third] = [
    path.join(root, 'incoming', `${name}.0`),
    path.join(root, 'quarantine', `${name}.0`),
    path.join(root, 'media', name.slice(0, 2), name),
  ]
  const before = Date.now()
  try {
    await writeFile(first, '', { flag: 'wx', mode: 0o600 })
    const { mtimeMs } = await stat(first)
    const after = Date.now()
    const linkFault = await linked(first, [second, third])
    return {
      linkFault,
      fileClockAheadMs: mtimeMs < before ? Math.min(0, mtimeMs - before) : Math.max(0, mtimeMs - after),
    }
  } catch (error) {
    return { linkFault: codeOf(error) ?? String(error), fileClockAheadMs: undefined }
  } finally {
    for (const file of [first, second, third]) await unlink(file).catch(() => undefined)
  }
}

async function linked(file: string, names: string[]): Promise<string | undefined> {
  try {
    for (const name of names) await link(file, name)
    return undefined
  } catch (error) {
    return codeOf(error) ?? String(error)
  }
}

async function secretFacts({ file, fault }: { file: string; fault: string | undefined }) {
  const found = await stat(file).catch(() => undefined)
  return { path: file, isThere: found !== undefined, isOpenToOthers: isOpen(found?.mode ?? 0), fault }
}
