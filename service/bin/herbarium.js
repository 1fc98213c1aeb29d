#!/usr/bin/env node
// Starts the operator's command: in a clone linked, or from source once that has changed; in a published package compiled.
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import { isFresh } from './is-fresh.js'

const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    `herbarium needs Node 24 or newer and was started by Node ${process.versions.node}: run it by npm (npm start, npx herbarium) in a folder where "npm ci" has run, or install Node 24.`,
  )
  process.exit(1)
}
/** @param {string} place */
const here = place => fileURLToPath(new URL(place, import.meta.url))
const source = here('../src/commands/main.ts')
const linked = here('../linked/main.js')

function programToRun() {
  const isClone = existsSync(source)
  if (isClone ? isFresh(linked) : existsSync(linked)) return linked
  if (!isClone) return here('../dist/commands/main.js')
  // The client's package names its source under this condition; nothing is compiled in a clone.
  module.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, 'herbarium-source'] }),
  })
  return source
}

const program = programToRun()
// What Node has compiled, and stripped of its types, is kept: the next start takes half of the time, and a process a tenth
// less memory. Where the folder cannot be written this does nothing.
module.enableCompileCache(here('../node_modules/.cache/compiled'))
const { main } = await import(program)
await main(process.argv)
