#!/usr/bin/env node
// Starts the operator's command: from source in a clone, from compiled JavaScript in a published package.
import { existsSync } from 'node:fs'
import module from 'node:module'

const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    `herbarium needs Node 24 or newer and was started by Node ${process.versions.node}: run it by npm (npm start, npx herbarium) in a folder where "npm ci" has run, or install Node 24.`,
  )
  process.exit(1)
}
const source = new URL('../src/commands/main.ts', import.meta.url)
const compiled = new URL('../dist/commands/main.js', import.meta.url)
const isClone = existsSync(source)
if (isClone)
  // The client's package names its source under this condition; nothing is compiled in a clone.
  module.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, 'herbarium-source'] }),
  })
const { main } = await import((isClone ? source : compiled).href)
await main(process.argv)
