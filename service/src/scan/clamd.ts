// A scanner behind a socket: clamd's INSTREAM command (clamd(8)).
import { createReadStream } from 'node:fs'
import { connect, type Socket } from 'node:net'
import type { Scanner, ScanResult } from '../assets/ports.ts'
import { unavailable } from '../ground/errors.ts'

export interface ClamdAddress {
  host: string
  port: number
}

const CHUNK_BYTES = 256 * 1024
/** A scanner that neither takes bytes nor answers for so long is taken for dead. */
const SILENCE_MS = 60_000

const RETRY_SECONDS = 10
const TRIES = 3
const HUNG_UP = ['EPIPE', 'ECONNRESET']

const TOO_LARGE: ScanResult = {
  isClean: false,
  code: 'too_large',
  message: 'The file is too large for the malware scanner of this service: upload a smaller one.',
}

/** Throws `unavailable`, with a longer pause than usual, whenever clamd does not give a verdict. */
export const createClamdScanner = (address: ClamdAddress): Scanner => ({
  scan: path =>
    scan(address, path).catch(cause => {
      throw unavailable(cause, RETRY_SECONDS)
    }),
})

/**
 * Above its limit clamd says so and hangs up while bytes are still on their way, and the hanging up can overtake the
 * words. Who hears nothing asks again; a clamd that hangs up each time and is well otherwise has said it that way.
 */
async function scan(address: ClamdAddress, path: string): Promise<ScanResult> {
  for (let n = 0; n < TRIES; n++) {
    const reply = await ask(address, socket => send(socket, path)).catch(error => {
      if (!HUNG_UP.includes(error.code)) throw error
      return ''
    })
    if (reply !== '') return resultOf(reply)
  }
  const pong = await ask(address, socket => write(socket, Buffer.from('zPING\0')))
  if (pong !== 'PONG') throw new Error(`clamd hung up, and to a ping it said: ${pong.slice(0, 200)}`)
  return TOO_LARGE
}

/** What clamd says on a connection of its own; it may have said it before it hung up on what was still being sent. */
async function ask(address: ClamdAddress, say: (socket: Socket) => Promise<void>): Promise<string> {
  const socket = connect(address)
  socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error('clamd is silent')))
  let reply = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    reply += text
  })
  const ended = new Promise<void>((resolve, reject) => {
    socket.once('close', resolve).once('error', reject)
  })
  try {
    await Promise.all([say(socket), ended])
  } catch (error) {
    if (reply === '') throw error
  } finally {
    socket.destroy()
  }
  return reply.replace(/\0$/, '').trim()
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
  if (reply.startsWith('INSTREAM size limit exceeded')) return TOO_LARGE
  throw new Error(`clamd said: ${reply.slice(0, 200)}`)
}
