// Finds a program that may or may not be installed.
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'

/** The first of these files that can be run. */
export async function findProgram(places: string[]): Promise<string | undefined> {
  for (const place of places) {
    const isThere = await access(place, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return place
  }
  return undefined
}
