// This program's package: the version it states, and the page that is built beside it.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

export const version: string =
  typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'

/** The same place from the source, from what it is compiled to and from what it is linked to. */
export const pageFolder: string = fileURLToPath(new URL('../dist/page/', import.meta.url))
