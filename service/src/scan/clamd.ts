// A scanner behind a socket: clamd's INSTREAM command (clamd(8)).
import { createReadStream } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Scanner, ScanResult } from '../assets/ports.ts'
import { unavailable } from '../ground/errors.ts'

export interface ClamdAddress {
  host: string
  port: number
}

const CHUNK_BYTES = 256 * 1024
/** A scanner that neither takes bytes nor answers for so long is taken for dead. */
const SILENCE_MS = 60_000

/** Throws `unavailable`, with a longer pause than usual, whenever clamd does not give a verdict. */
export const createClamdScanner = (address: ClamdAddress): Scanner => ({
  scan: async path => {
    const reply = await ask(address, path).catch(cause => {
      throw unavailable(cause, RETRY_SECONDS)
    })
    return resultOf(reply)
  },
})

const RETRY_SECONDS = 10

async function ask(address: ClamdAddress, path: string): Promise<string> {
  const socket = connect(address)
  socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error('clamd is silent')))
  const reply = text(socket)
  reply.catch(() => undefined) // the sender meets the same error, and it may be gone first
  try {
    await send(socket, path).catch(error => {
      // clamd answers and hangs up early when a file is too large for it: the reply says so.
      if (!socket.readableEnded && socket.errored) throw error
    })
    return (await reply).replace(/\0$/, '').trim()
  } finally {
    socket.destroy()
  }
}

/** Each chunk goes behind its length; a length of zero ends the stream. */
async function send(socket: Socket, path: string): Promise<void> {
  await write(socket, Buffer.from('zINSTREAM\0'))
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(chunk.length)
    await write(socket, Buffer.concat([length, chunk]))
  }
  await write(socket, Buffer.alloc(4))
}

function write(socket: Socket, bytes: Buffer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.write(bytes, error => (error ? reject(error) : resolve()))
  return promise
}

function resultOf(reply: string): ScanResult {
  if (reply === 'stream: OK') return { isClean: true }
  if (reply.endsWith(' FOUND'))
    return {
      isClean: false,
      code: 'malware_found',
      message: 'Malware was found in the file: it is not kept.',
    }
  if (reply.startsWith('INSTREAM size limit exceeded'))
    return {
      isClean: false,
      code: 'too_large',
      message: 'The file is too large for the malware scanner of this service: upload a smaller one.',
    }
  throw unavailable(new Error(`clamd said: ${reply.slice(0, 200)}`), RETRY_SECONDS)
}
