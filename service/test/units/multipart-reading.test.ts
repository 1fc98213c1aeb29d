// How the multipart reader behaves towards careless readers and towards bodies that break.

import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { invalidField, Refusal, tooLarge } from '../../src/ground/errors.ts'
import { readMultipart } from '../../src/http/multipart/read-multipart.ts'

const options = { maxFields: 3, maxFieldBytes: 20, maxHeaderBytes: 200, maxParts: 4 }
const contentType = 'multipart/form-data; boundary=frontier'

/** A body of the given lines, each but the last ended by CRLF. */
const lines = (...all: string[]) => all.join('\r\n')

const named = (name: string) => `Content-Disposition: form-data; name="${name}"`

async function* chunksOf(body: string, size = Number.POSITIVE_INFINITY) {
  const bytes = Buffer.from(body)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function readAll(body: AsyncIterable<Uint8Array>) {
  for await (const part of readMultipart(contentType, body, options)) {
    if (part.kind === 'file') await buffer(part.bytes)
  }
}

const twoFiles = lines(
  ...['--frontier', 'Content-Disposition: form-data; name="a"; filename="1"', '', 'first'],
  ...['--frontier', 'Content-Disposition: form-data; name="b"; filename="2"', '', 'second', '--frontier--'],
)

describe('A reader of parts', () => {
  test('may skip files, wholly or halfway', async () => {
    const names: string[] = []
    for await (const part of readMultipart(contentType, chunksOf(twoFiles, 3), options)) {
      names.push(part.name)
      if (part.name === 'a' && part.kind === 'file') for await (const _ of part.bytes) break
    }
    expect(names).toEqual(['a', 'b'])
  })

  test('cannot take a skipped file for a whole one', async () => {
    const reader = readMultipart(contentType, chunksOf(twoFiles), options)
    const first = (await reader.next()).value
    await reader.next()
    if (first?.kind !== 'file') throw new Error('the first part should be a file')
    await expect(buffer(first.bytes)).rejects.toThrow('passed over')
  })

  test('cannot ask for the next part in the midst of a read', async () => {
    const reader = readMultipart(contentType, chunksOf(twoFiles, 90), options)
    const first = (await reader.next()).value
    if (first?.kind !== 'file') throw new Error('the first part should be a file')
    const reading = buffer(first.bytes)
    await expect(reader.next()).rejects.toThrow('still being read')
    await expect(reading).rejects.toThrow()
  })

  test('that stops early leaves a stream alive which is not to be destroyed', async () => {
    const stream = Readable.from(chunksOf(twoFiles, 50))
    for await (const _ of readMultipart(contentType, stream.iterator({ destroyOnReturn: false }), options))
      break
    expect(stream.destroyed).toBe(false)
  })

  test('gets the very memory that came, not copies of it', async () => {
    const piece = Buffer.alloc(65_536, 'a\r\nb')
    async function* body() {
      yield Buffer.from(lines('--frontier', `${named('file')}; filename=f`, '', ''))
      for (let sent = 0; sent < 10; sent++) yield piece
      yield Buffer.from('\r\n--frontier--')
    }
    const isTheSame: boolean[] = []
    for await (const part of readMultipart(contentType, body(), options)) {
      if (part.kind === 'file')
        for await (const { buffer } of part.bytes) isTheSame.push(buffer === piece.buffer)
    }
    expect(isTheSame).toEqual(Array(10).fill(true))
  })
})

describe('A body that breaks', () => {
  async function* breakingWith(error: Error) {
    yield Buffer.from(lines('--frontier', `${named('file')}; filename=f`, '', 'beginning'))
    throw error
  }

  test('is told as one that ended too early, from the bytes of the file', async () => {
    const cause = new Error('aborted')
    const reader = readMultipart(contentType, breakingWith(cause), options)
    const part = (await reader.next()).value
    if (part?.kind !== 'file') throw new Error('the first part should be a file')
    const error = await buffer(part.bytes).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Refusal)
    expect(error).toMatchObject({ fields: [{ field: 'file' }], cause })
    await expect(reader.next()).rejects.toBe(error)
  })

  test('by a refusal of its own keeps that refusal', async () => {
    const refusals = [tooLarge(5), invalidField('file', 'is late')]
    for (const refusal of refusals) await expect(readAll(breakingWith(refusal))).rejects.toBe(refusal)
  })
})
