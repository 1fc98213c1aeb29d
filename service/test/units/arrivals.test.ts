// Chunks that are pushed by one and asked for by another.
import { describe, expect, test } from 'vitest'
import { letGo } from '../../src/ground/let-go.ts'
import { createArrivals } from '../../src/http/arrivals.ts'

const chunk = (text: string) => new TextEncoder().encode(text)

describe('arrivals', () => {
  test('chunks that came early are answered in their order, and counted while they wait', async () => {
    const arrivals = createArrivals()
    arrivals.push(chunk('one'))
    arrivals.push(chunk('three'))
    expect(arrivals.heldBytes()).toBe(8)
    expect(await arrivals.next()).toEqual({ done: false, value: chunk('one') })
    expect(arrivals.heldBytes()).toBe(5)
    expect(await arrivals.next()).toEqual({ done: false, value: chunk('three') })
    expect(arrivals.heldBytes()).toBe(0)
  })

  test('who asks early is answered by the next chunk, which never waits', async () => {
    const arrivals = createArrivals()
    const next = arrivals.next()
    arrivals.push(chunk('one'))
    expect(arrivals.heldBytes()).toBe(0)
    expect(await next).toEqual({ done: false, value: chunk('one') })
  })

  test('the end is told after the last chunk, each time it is asked for', async () => {
    const arrivals = createArrivals()
    arrivals.push(chunk('one'))
    arrivals.end()
    expect((await arrivals.next()).done).toBe(false)
    expect((await arrivals.next()).done).toBe(true)
    expect((await arrivals.next()).done).toBe(true)
  })

  test('a reason to end is thrown after the last chunk, and the first reason counts', async () => {
    const arrivals = createArrivals()
    arrivals.push(chunk('one'))
    arrivals.end(new Error('broken'))
    arrivals.end()
    expect((await arrivals.next()).done).toBe(false)
    await expect(arrivals.next()).rejects.toThrow('broken')
  })

  test('who waits when it ends is told at once', async () => {
    const broken = createArrivals()
    const next = broken.next()
    broken.end(new Error('broken'))
    await expect(next).rejects.toThrow('broken')
  })
})

describe('letting go of bytes', () => {
  test('gives back memory that is theirs alone', () => {
    const own = new Uint8Array(65_536)
    letGo(own)
    expect(own.byteLength).toBe(0)
  })

  test('leaves bytes alone that share their memory with others', () => {
    const whole = new Uint8Array(65_536).fill(7)
    letGo(whole.subarray(0, 60_000))
    letGo(Buffer.from('from the pool'))
    expect(whole.byteLength).toBe(65_536)
    expect(whole.at(-1)).toBe(7)
  })
})
