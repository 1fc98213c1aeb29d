// Whether a program that was linked is still the one that its sources would give.
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'

/**
 * Whether `made` is there and no older than any of `sources`, each a file or a folder with all that is in it. A folder
 * counts itself, for it changes when a file is taken away.
 * @param {string} made
 * @param {string[]} sources
 */
export function isFresh(made, sources) {
  const time = statSync(made, { throwIfNoEntry: false })?.mtimeMs
  return time !== undefined && sources.every(source => newestIn(source) <= time)
}

/** @param {string} place */
function newestIn(place) {
  const found = statSync(place, { throwIfNoEntry: false })
  if (found === undefined) return 0
  if (!found.isDirectory()) return found.mtimeMs
  const inside = readdirSync(place, { recursive: true, encoding: 'utf8' })
  return Math.max(found.mtimeMs, ...inside.map(name => statSync(path.join(place, name)).mtimeMs))
}
