#!/usr/bin/env node
// Starts the operator's command: from source in a clone, from compiled JavaScript in a published package.
import { existsSync } from 'node:fs'

const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    `herbarium needs Node 24 or newer and was started by Node ${process.versions.node}: run it by npm (npm start, npx herbarium) in a folder where "npm ci" has run, or install Node 24.`,
  )
  process.exit(1)
}
const source = new URL('../src/commands/main.ts', import.meta.url)
const compiled = new URL('../dist/commands/main.js', import.meta.url)
const { main } = await import((existsSync(source) ? source : compiled).href)
await main(process.argv)
