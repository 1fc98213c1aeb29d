// The page that dashboard/ is built into: its files as they lie in a folder.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

export interface BuiltPage {
  index: string
  /** By name, as the index asks for them; a name has its content's hash in it. */
  files: Map<string, BuiltFile>
}

export interface BuiltFile {
  type: string
  plain: Buffer
  /** What was compressed when it was built. */
  br: Buffer | undefined
  gzip: Buffer | undefined
}

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Undefined where the page has not been built. */
export async function readBuiltPage(folder: string): Promise<BuiltPage | undefined> {
  const index = await readFile(path.join(folder, 'index.html'), 'utf8').catch(ignoreMissing)
  if (index === undefined) return undefined
  const names = await readdir(path.join(folder, 'page'))
  const contents = new Map(
    await Promise.all(
      names.map(async name => [name, await readFile(path.join(folder, 'page', name))] as const),
    ),
  )
  const files = new Map<string, BuiltFile>()
  for (const [name, plain] of contents) {
    const type = TYPES[path.extname(name)]
    if (type !== undefined)
      files.set(name, { type, plain, br: contents.get(`${name}.br`), gzip: contents.get(`${name}.gz`) })
  }
  return { index, files }
}

/** `root` is what stands before every path where a proxy serves this below another one; else empty. */
export const indexBelow = (index: string, root: string): string =>
  index.replace('data-root=""', `data-root="${root}"`).replaceAll('="/page/', `="${root}/page/`)

/** The smallest form that the client takes. */
export function encodedFor(
  file: BuiltFile,
  accepted: string | undefined,
): { encoding: 'br' | 'gzip' | undefined; bytes: Buffer } {
  for (const encoding of ['br', 'gzip'] as const) {
    const bytes = file[encoding]
    if (bytes !== undefined && isAccepted(accepted ?? '', encoding)) return { encoding, bytes }
  }
  return { encoding: undefined, bytes: file.plain }
}

/** RFC 9110, section 12.5.3; a quality of 0 refuses. */
const isAccepted = (accepted: string, encoding: string): boolean =>
  accepted
    .toLowerCase()
    .split(',')
    .map(part => part.split(';').map(piece => piece.trim()))
    .some(([name, ...said]) => name === encoding && !said.some(piece => /^q=0(\.0*)?$/.test(piece)))

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
