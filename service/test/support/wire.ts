// HTTP spoken by hand over a socket: slow, lying, cut or malformed, as no well-behaved client sends it.
import { EventEmitter, once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export interface WireAnswer {
  status: number
  headers: Headers
  body: string
}

export interface Wire {
  /** Resolves when the system has taken the bytes. */
  write(bytes: string | Uint8Array): Promise<void>
  /** Ends our side only: nothing more will be sent. */
  end(): void
  /** Breaks the connection, as a lost network does. */
  cut(): void
  /** The first answer, whole; undefined when the other side closed without one. Rejects after ten seconds. */
  answer(): Promise<WireAnswer | undefined>
  /** The first `count` answers, fewer when the other side closed before. Rejects after ten seconds. */
  answers(count: number): Promise<WireAnswer[]>
}

const PATIENCE_MS = 10_000

export async function openWire(origin: string): Promise<Wire> {
  const { hostname, port } = new URL(origin)
  const socket = connect(Number(port), hostname)
  const received: Buffer[] = []
  const heard = new EventEmitter()
  let isOver = false
  socket.on('data', chunk => {
    received.push(chunk)
    heard.emit('more')
  })
  socket.on('error', () => undefined) // the other side may close while we still send; `close` follows
  socket.on('close', () => {
    isOver = true
    heard.emit('more')
  })
  const answers = async (count: number) => {
    for (;;) {
      const found = parse(Buffer.concat(received).toString('latin1'), isOver)
      if (isOver || found.length >= count) return found.slice(0, count)
      await once(heard, 'more')
    }
  }
  const finish = (count: number) => withPatience(answers(count)).finally(() => socket.destroy())
  await once(socket, 'connect')
  return {
    write: bytes => new Promise(resolve => socket.write(bytes, () => resolve())),
    end: () => socket.end(),
    cut: () => socket.resetAndDestroy(),
    answer: async () => (await finish(1))[0],
    answers: finish,
  }
}

/** Says all of it at once and reads the first answer. */
export async function speak(
  origin: string,
  ...said: (string | Uint8Array)[]
): Promise<WireAnswer | undefined> {
  const wire = await openWire(origin)
  for (const bytes of said) void wire.write(bytes)
  return wire.answer()
}

/** Sends all requests in one breath on one connection, so that they are under way at the same moment. */
export async function speakAtOnce(origin: string, requests: string[]): Promise<WireAnswer[]> {
  const wire = await openWire(origin)
  await wire.write(requests.join(''))
  return wire.answers(requests.length)
}

/** The head of a request; a header with an array is sent several times. */
export const head = (line: string, headers: Record<string, string | number | string[]> = {}): string =>
  [
    `${line} HTTP/1.1`,
    ...Object.entries({ host: 'localhost', ...headers }).flatMap(([name, values]) =>
      [values].flat().map(value => `${name}: ${value}`),
    ),
    '\r\n',
  ].join('\r\n')

/** A piece of a body in chunked coding (RFC 9112, section 7.1); an empty one ends it. */
export const chunk = (bytes: Uint8Array | string): Buffer => {
  const data = Buffer.from(bytes)
  return Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')])
}

async function withPatience<T>(promise: Promise<T>): Promise<T> {
  const answered = new AbortController()
  const tooLong = delay(PATIENCE_MS, undefined, { signal: answered.signal }).then(() => {
    throw new Error(`no answer after ${PATIENCE_MS} ms`)
  })
  tooLong.catch(() => undefined) // it is aborted when the answer is there
  return Promise.race([promise, tooLong]).finally(() => answered.abort())
}

/** The whole answers in what was received; the last one may have no length when the connection is over. */
function parse(text: string, isOver: boolean): WireAnswer[] {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd === -1) return []
  const [statusLine = '', ...lines] = text.slice(0, headEnd).split('\r\n')
  const status = Number(statusLine.split(' ')[1])
  const rest = text.slice(headEnd + 4)
  if (status === 100) return parse(rest, isOver)
  const headers = new Headers()
  for (const line of lines)
    headers.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1))
  const announced = status === 204 ? 0 : Number(headers.get('content-length') ?? Number.NaN)
  const length = Number.isNaN(announced) && isOver ? rest.length : announced
  if (Number.isNaN(length) || rest.length < length) return []
  const answer = { status, headers, body: rest.slice(0, length) }
  return [answer, ...parse(rest.slice(length), isOver)]
}
