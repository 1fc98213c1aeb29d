// Whether a program that was linked is still the one that its sources would give.
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'

/** Beside the program: its sources, a path a line, each from this list's own folder. */
export const SOURCES = 'made-of.txt'

/**
 * Whether `made` is there and none of the sources it names has changed since or is gone. A source that is new counts for
 * nothing until one of the others has changed to use it.
 * @param {string} made
 */
export function isFresh(made) {
  const folder = path.dirname(made)
  const time = timeOf(made)
  const list = path.join(folder, SOURCES)
  if (time === undefined || timeOf(list) === undefined) return false
  // Put together plainly: hundreds of paths that are brought into form take longer than looking at their files.
  for (const source of readFileSync(list, 'utf8').split('\n'))
    if ((timeOf(`${folder}/${source}`) ?? Number.POSITIVE_INFINITY) > time) return false
  return true
}

/** @param {string} file */
const timeOf = file => statSync(file, { throwIfNoEntry: false })?.mtimeMs
