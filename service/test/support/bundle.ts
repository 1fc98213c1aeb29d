// Modules from npm as one script for a page, as a developer's own build would make it.
import path from 'node:path'
import { rolldown } from 'rolldown'

const ENTRY = path.join(import.meta.dirname, 'page-entry.js')

/** What the source exports is `window.NAME` afterwards. */
export async function bundle(source: string, name: string): Promise<string> {
  const entry = {
    name: 'entry',
    resolveId: (id: string) => (id === ENTRY ? ENTRY : null),
    load: (id: string) => (id === ENTRY ? source : null),
  }
  const build = await rolldown({ input: ENTRY, platform: 'browser', plugins: [entry] })
  try {
    const { output } = await build.generate({ format: 'iife', name })
    return output[0].code
  } finally {
    await build.close()
  }
}
