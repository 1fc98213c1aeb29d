// Every verb with every call of its servants failing once, in every way: what was acknowledged holds, and all goes on.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMedia } from '../../src/media/open-media.ts'
import { drive } from '../support/faults/drive.ts'
import { FAULTS } from '../support/faults/faults.ts'
import { type Installation, openInstallation } from '../support/faults/open-installation.ts'
import { verbs } from '../support/faults/verbs.ts'
import { sampleBytes } from '../support/samples.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'

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
  let at: Installation
  beforeAll(async () => {
    at = await openInstallation({
      media,
      environment: internet.environment,
      world: { remote: internet.world },
    })
  })
  afterAll(() => at.close())

  const titles = verbs('')
    .filter(verb => fault !== 'torn' || verb.writesBytes)
    .map(({ title }) => title)
  test.each(titles)(
    '%s keeps every promise, whichever call meets it',
    async title => {
      const verb = verbs(internet.url()).find(one => one.title === title)
      if (verb === undefined) throw new Error(`there is no ${title} in the table`)
      const met = await drive(at, verb, fault)
      expect(met.length).toBeGreaterThan(0)
      if (fault !== 'torn') expect(met.length).toBeGreaterThan(2)
    },
    60_000,
  )
})
