// Links the program: what a start would look for in a thousand files stands in a few afterwards. Run by the root's `prepare`.
import { rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { rolldown } from 'rolldown'

const HERE = import.meta.dirname

/** The operator's command, and the programs and threads that it starts; each by its place in `src`. */
const PROGRAMS = {
  main: 'src/commands/main.ts',
  'probe/main': 'src/media/probe/main.ts',
  'derive/main': 'src/media/derive/main.ts',
  'writer/main': 'src/records/sqlite/writer/main.ts',
  'files/main': 'src/blobs/disk/files/main.ts',
}

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
  await program.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  })
  await program.close()
}

if (import.meta.main) {
  const target = path.join(HERE, 'linked')
  // Whoever starts meanwhile finds the one before, or none, and never half of one.
  const draft = `${target}.${process.pid}`
  await link(draft)
  await rm(target, { recursive: true, force: true })
  await rename(draft, target)
}
