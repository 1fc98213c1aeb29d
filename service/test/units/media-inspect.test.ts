// Keeps the promise that a look into a file says what a listing shows, and says plainly when bytes do not hold up.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inspect } from '../../src/media/inspect.ts'

const fixture = (name: string) => join(import.meta.dirname, '../fixtures/media', name)
const nothing = { width: null, height: null, frames: null }

describe('inspect', () => {
  it('gives the size and the frames of a picture', async () => {
    const facts = await inspect('image/gif', fixture('anim.gif'))
    expect(facts).toEqual({ width: 320, height: 200, frames: 5, unreadable: false })
  })

  it('says that a corrupt picture is unreadable', async () => {
    const facts = await inspect('image/jpeg', fixture('corrupt.jpg'))
    expect(facts).toEqual({ ...nothing, unreadable: true })
  })

  it.each([
    ['video/mp4', 'v.mp4'],
    ['audio/mpeg', 'a.mp3'],
    ['application/pdf', 'three.pdf'],
  ])('has no picture facts for %s', async (type, name) => {
    expect(await inspect(type, fixture(name))).toEqual({ ...nothing, unreadable: false })
  })
})
