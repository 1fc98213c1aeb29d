// Modules from npm as one script for a page, as a developer's own build would make it.
import path from 'node:path'
import { rolldown } from 'rolldown'

const ENTRY = path.join(import.meta.dirname, 'page-entry.js')

/** What the source exports is `window.NAME` afterwards. Packages of this repository are taken from their source. */
export async function bundle(source: string, name: string, { minify = false } = {}): Promise<string> {
  const entry = {
    name: 'entry',
    resolveId: (id: string) => (id === ENTRY ? ENTRY : null),
    load: (id: string) => (id === ENTRY ? source : null),
  }
  const build = await rolldown({
    input: ENTRY,
    platform: 'browser',
    plugins: [entry],
    resolve: { conditionNames: ['herbarium-source'] },
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  })
  try {
    const { output } = await build.generate({ format: 'iife', name, minify })
    return output[0].code
  } finally {
    await build.close()
  }
}
