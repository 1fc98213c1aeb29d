// The suite that a table of verbs goes through: each under every kind of fault, at each of its calls.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMedia } from '../../../src/media/open-media.ts'
import { sampleBytes } from '../samples.ts'
import { type Internet, startInternet } from '../start-internet.ts'
import { drive } from './drive.ts'
import { FAULTS } from './faults.ts'
import { type Installation, openInstallation } from './open-installation.ts'
import type { Verb } from './verb.ts'

/** Declares the tests. The table is asked once more with a URL that gives a picture. */
export function holdUnderFaults(table: (source: string) => Verb[]): void {
  const media = openMedia()
  let internet: Internet
  beforeAll(async () => {
    internet = await startInternet()
    const picture = await sampleBytes('i.png')
    internet.answer = (_request, response) => response.end(picture)
  })
  afterAll(async () => {
    await media.close()
    await internet.close()
  })

  describe.each(FAULTS)('With the fault "%s"', fault => {
    const titles = table('')
      .filter(verb => fault !== 'torn' || verb.writesBytes)
      .map(({ title }) => title)
    test.each(titles)(
      '%s keeps every promise, whichever call meets it',
      async title => {
        const verb = table(internet.url()).find(one => one.title === title)
        if (verb === undefined) throw new Error(`there is no ${title} in the table`)
        const met = await inInstallation(at => drive(at, verb, fault))
        expect(met.length).toBeGreaterThan(0)
        if (fault !== 'torn') expect(met.length).toBeGreaterThan(2)
      },
      60_000,
    )
  })

  /** One of its own: each case looks at all that those before it left. */
  async function inInstallation<T>(use: (at: Installation) => Promise<T>): Promise<T> {
    const { environment, world: remote } = internet
    const at = await openInstallation({ media, environment, world: { remote } })
    try {
      return await use(at)
    } finally {
      await at.close()
    }
  }
}
