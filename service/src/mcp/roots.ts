// The folders whose files an agent may have uploaded, and nothing beside them.
import { access, constants, lstat, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { invalidField } from '../ground/errors.ts'
import { Fault } from '../ground/fault.ts'

interface Root {
  /** Absolute, as it was named. */
  named: string
  /** The same without symbolic links. */
  real: string
}

export type Roots = Root[]

/**
 * Without any names the folder that the process was started in; but none where that is the top of the file system, as it
 * is where a desktop starts programs: nobody has meant to open all of it. Throws a Fault for what is no folder.
 */
export async function openRoots(names: string[], startedIn: string): Promise<Roots> {
  if (names.length > 0) return Promise.all(names.map(name => openRoot(path.resolve(startedIn, name))))
  return startedIn === path.parse(startedIn).root ? [] : [await openRoot(startedIn)]
}

async function openRoot(named: string): Promise<Root> {
  const real = await realpath(named).catch(() => undefined)
  const facts = real === undefined ? undefined : await stat(real)
  if (real === undefined || !facts?.isDirectory())
    throw new Fault([`--root ${named} is not there, or is not a folder.`])
  return { named, real }
}

/**
 * The real path of a file below one of the roots, wherever links lead; a relative path begins at the first root. Throws
 * `input_validation_error`. Of what lies outside nobody is told whether it is there.
 */
export async function fileBelow(roots: Roots, asked: string): Promise<string> {
  const [first] = roots
  if (first === undefined)
    throw refused(asked, 'cannot be uploaded: no folder is open. Start herbarium mcp with --root FOLDER')
  const file = path.resolve(first.named, asked)
  if (!roots.some(({ named, real }) => isBelow(named, file) || isBelow(real, file)))
    throw outside(roots, asked)
  const real = await realpath(file).catch(async cause => {
    throw (await wouldLieBelow(roots, file)) ? unreadable(asked, cause) : outside(roots, asked)
  })
  if (!roots.some(root => isBelow(root.real, real))) throw outside(roots, asked)
  await checkFile(real, asked)
  return real
}

/** For what has no real path: where the folder lies that it would be in. A link that leads nowhere may lead out. */
async function wouldLieBelow(roots: Roots, file: string): Promise<boolean> {
  const facts = await lstat(file).catch(() => undefined)
  if (facts?.isSymbolicLink()) return false
  const folder = path.dirname(file)
  const real = await realpath(folder).catch(() => undefined)
  if (real === undefined) return wouldLieBelow(roots, folder)
  return roots.some(root => isBelow(root.real, real))
}

async function checkFile(file: string, asked: string): Promise<void> {
  const facts = await stat(file)
  if (facts.isDirectory()) throw refused(asked, 'is a folder: name one of the files in it')
  if (!facts.isFile()) throw refused(asked, 'is not a regular file')
  await access(file, constants.R_OK).catch(cause => {
    throw unreadable(asked, cause)
  })
}

function isBelow(folder: string, file: string): boolean {
  const way = path.relative(folder, file)
  return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way)
}

const refused = (asked: string, what: string) => invalidField('path', `${asked} ${what}`)

const outside = (roots: Roots, asked: string) =>
  refused(asked, `lies outside of what may be uploaded, which is below ${roots.map(r => r.named).join(', ')}`)

function unreadable(asked: string, cause: unknown) {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return refused(asked, code === 'ENOENT' ? 'is not there' : `cannot be read (${code ?? cause})`)
}
