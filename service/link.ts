// Links the program: what a start would look for in a thousand files stands in a few afterwards. Run by the root's `prepare`.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { rolldown } from 'rolldown'
import { SOURCES } from './bin/is-fresh.js'

const HERE = import.meta.dirname

/** The operator's command, and the programs and threads that it starts; each by its place in `src`. */
const PROGRAMS = {
  main: 'src/commands/main.ts',
  'probe/main': 'src/media/probe/main.ts',
  'derive/main': 'src/media/derive/main.ts',
  'writer/main': 'src/records/sqlite/writer/main.ts',
  'files/main': 'src/blobs/disk/files/main.ts',
}

/** Changes when anything is installed. */
const INSTALLED = path.join(HERE, '../node_modules/.package-lock.json')

const isOurs = (source: string): boolean => path.isAbsolute(source) && !source.includes('node_modules')

/** `folder` stands beside `src`, for what both look for is beside them. */
export async function link(folder: string): Promise<void> {
  const program = await rolldown({
    cwd: HERE,
    input: PROGRAMS,
    platform: 'node',
    resolve: { conditionNames: ['herbarium-source', 'node'] },
    // The first two bring files that are no JavaScript; pg looks for the last only where somebody has installed it.
    external: ['sharp', 'heic-decode', 'pg-native'],
    logLevel: 'warn',
  })
  const { output } = await program.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    comments: false,
  })
  await program.close()
  const sources = output.flatMap(file => (file.type === 'chunk' ? file.moduleIds : [])).filter(isOurs)
  await mkdir(folder, { recursive: true })
  await writeFile(
    path.join(folder, SOURCES),
    [...sources, INSTALLED].map(source => path.relative(folder, source)).join('\n'),
  )
  for (const file of output) {
    const place = path.join(folder, file.fileName)
    await mkdir(path.dirname(place), { recursive: true })
    await writeFile(place, file.type === 'chunk' ? inAscii(withPlainBuiltins(file.code)) : file.source)
  }
}

/** A single character beyond Latin-1 would double the text that the engine reads, and keeps. */
const inAscii = (code: string): string =>
  code.replace(/[^\0-\x7f]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

const IMPORT = /^import (?:(\w+|\$\w*)(?:, )?)?(?:\{ ([^}]+) \}|\* as ([\w$]+))? ?from "(node:[\w/]+)";$/gm

/** For an import of a module of Node's own all that it exports is read, which of `node:http` loads another client. */
const withPlainBuiltins = (code: string): string =>
  code.replace(IMPORT, (_whole, whole?: string, names?: string, all?: string, specifier?: string) => {
    const builtin = `globalThis.process.getBuiltinModule("${specifier}")`
    const parts = [whole, all, names && `{ ${names.replaceAll(' as ', ': ')} }`]
    return parts.flatMap(part => (part ? [`const ${part} = ${builtin};`] : [])).join(' ')
  })

if (import.meta.main) {
  const target = path.join(HERE, 'linked')
  // Whoever starts meanwhile finds the one before, or none, and never half of one.
  const draft = `${target}.${process.pid}`
  await link(draft)
  await rm(target, { recursive: true, force: true })
  await rename(draft, target)
}
