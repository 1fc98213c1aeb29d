// The bytes of one section of a multipart body: from where the window stands to the next delimiter line.

import { brokenBody } from '../../ground/errors.ts'
import type { ByteWindow } from './byte-window.ts'
import type { FindDelimiter, Following } from './delimiter.ts'

export interface Section {
  /** To be read once. They end only at a delimiter line; if the body ends before, they throw `brokenBody`. */
  bytes: AsyncGenerator<Buffer, void, undefined>
  /** Passes over what was not read, for good, and says what follows the section. */
  leave(): Promise<Following>
}

export function createSection(window: ByteWindow, findDelimiter: FindDelimiter): Section {
  let following: Following | undefined
  let isReading = false
  let isLeft = false

  /** The next bytes, or `undefined` once `following` is known. */
  async function read(): Promise<Buffer | undefined> {
    while (following === undefined) {
      const search = findDelimiter(window.bytes(), window.hasEnded())
      if (search.start > 0) return window.take(search.start)
      if (search.found !== undefined) {
        window.take(search.end)
        following = search.found
      } else {
        if (window.hasEnded()) throw brokenBody()
        await window.widen()
      }
    }
    return undefined
  }

  /** Of two readers at once each would get some of the bytes and take them for the whole. */
  async function readAlone(): Promise<Buffer | undefined> {
    if (isReading) throw new Error('the bytes of this part are still being read')
    isReading = true
    try {
      return await read()
    } finally {
      isReading = false
    }
  }

  async function* readBytes(): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      if (isLeft) throw new Error('this part was passed over: read its bytes before asking for the next part')
      const bytes = await readAlone()
      if (bytes === undefined) return
      yield bytes
    }
  }

  return {
    bytes: readBytes(),
    async leave() {
      isLeft = following === undefined
      while (following === undefined) await readAlone()
      return following
    },
  }
}
