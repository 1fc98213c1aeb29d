// One kept-alive HTTP/1.1 socket that costs the machine little, since the server under measurement shares its cores.
import { connect, type Socket } from 'node:net'

export interface Call {
  method: string
  /** Path and query. */
  path: string
  headers?: Record<string, string>
  /** The body's pieces; large ones are sent as they are, with backpressure. */
  body?: Uint8Array[]
  /** Whether the answer's body is kept; else it is counted and dropped. */
  keep?: boolean
}

export interface Answer {
  status: number
  /** Names in lower case. */
  headers: Map<string, string>
  /** Bytes of the body. */
  bytes: number
  /** Empty unless it was to be kept. */
  body: Buffer
}

export interface Connection {
  /** One at a time. Throws when the connection breaks, or after `timeoutMs`. */
  ask(call: Call): Promise<Answer>
  /** An answer that is waited for is given up: its `ask` throws. */
  close(): void
}

interface Waiting {
  call: Call
  /** The bytes are lent until it returns. */
  read: (bytes: Buffer) => Answer | undefined
  resolve: (answer: Answer) => void
  reject: (error: Error) => void
}

const READ_BYTES = 128 * 1024
const SMALL_BODY_BYTES = 64 * 1024
const HEAD_END = '\r\n\r\n'
const LAST_CHUNK = '0\r\n\r\n'

/** Throws unless the answer is a success. */
export async function askOk(connection: Connection, call: Call): Promise<Answer> {
  const answer = await connection.ask({ ...call, keep: call.keep ?? true })
  if (answer.status > 299) throw new Error(`${call.method} ${call.path}: ${answer.status} ${answer.body}`)
  return answer
}

export function openConnection(origin: string, timeoutMs = 120_000): Connection {
  const { host, hostname, port } = new URL(origin)
  let socket: Socket | undefined
  let waiting: Waiting | undefined
  const fail = (error: Error) => {
    const lost = waiting
    waiting = undefined
    socket?.destroy()
    socket = undefined
    lost?.reject(error)
  }
  const open = (): Socket => {
    const opened = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      // One buffer over and over: a fresh one for each read would keep the collector busier than the server.
      onread: {
        buffer: Buffer.allocUnsafeSlow(READ_BYTES),
        callback: (length, buffer) => {
          take(opened, Buffer.from(buffer.buffer, buffer.byteOffset, length))
          return true
        },
      },
    })
    opened.setTimeout(timeoutMs, () => fail(new Error(`no answer within ${timeoutMs} ms`)))
    opened.on('error', fail)
    opened.on('close', () => opened === socket && fail(new Error('the connection was closed')))
    return opened
  }
  const take = (from: Socket, bytes: Buffer) => {
    const answer = readOr(fail, waiting, bytes)
    if (answer === undefined) return
    const answered = waiting
    waiting = undefined
    if (answer.headers.get('connection') === 'close') {
      socket = undefined
      from.destroy()
    }
    answered?.resolve(answer)
  }
  return {
    ask: call =>
      new Promise((resolve, reject) => {
        socket ??= open()
        waiting = { call, read: createReader(call), resolve, reject }
        void send(socket, host, call)
      }),
    close: () => fail(new Error('closed before the answer')),
  }
}

/** An answer that cannot be read is a broken connection. */
function readOr(
  fail: (error: Error) => void,
  waiting: Waiting | undefined,
  bytes: Buffer,
): Answer | undefined {
  try {
    return waiting?.read(bytes)
  } catch (cause) {
    fail(new Error('the answer cannot be read', { cause }))
    return undefined
  }
}

async function send(socket: Socket, host: string, { method, path, headers, body }: Call): Promise<void> {
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n`
  for (const [name, value] of Object.entries(headers ?? {})) head += `${name}: ${value}\r\n`
  const bytes = (body ?? []).reduce((sum, piece) => sum + piece.byteLength, 0)
  if (method !== 'GET' && method !== 'HEAD') head += `content-length: ${bytes}\r\n`
  const start = Buffer.from(`${head}\r\n`, 'latin1')
  if (bytes <= SMALL_BODY_BYTES) return void socket.write(Buffer.concat([start, ...(body ?? [])]))
  let isRoomy = socket.write(start)
  for (const piece of body ?? []) {
    if (!isRoomy) await drained(socket)
    if (socket.destroyed) return
    isRoomy = socket.write(piece)
  }
}

const drained = (socket: Socket): Promise<void> =>
  new Promise(resolve => {
    const go = () => {
      socket.off('drain', go).off('close', go)
      resolve()
    }
    socket.on('drain', go).on('close', go)
  })

/** Reads one answer: of a length that is given, or in chunks, whose frames it counts and keeps as if they were body. */
function createReader({ method, keep = false }: Call): (bytes: Buffer) => Answer | undefined {
  let head: Buffer = Buffer.alloc(0)
  let answer: Answer | undefined
  let isWhole = (_answer: Answer, _last: Buffer): boolean => false
  const kept: Buffer[] = []
  const take = (current: Answer, bytes: Buffer): Answer | undefined => {
    current.bytes += bytes.byteLength
    if (keep && bytes.byteLength > 0) kept.push(Buffer.from(bytes))
    if (!isWhole(current, bytes)) return undefined
    current.body = Buffer.concat(kept)
    return current
  }
  return bytes => {
    if (answer !== undefined) return take(answer, bytes)
    head = Buffer.concat([head, bytes])
    const end = head.indexOf(HEAD_END)
    if (end === -1) return undefined
    answer = parseHead(head.toString('latin1', 0, end))
    isWhole = endOf(method, answer)
    return take(answer, head.subarray(end + HEAD_END.length))
  }
}

/** Tells when nothing more is to come. */
function endOf(method: string, { status, headers }: Answer): (answer: Answer, last: Buffer) => boolean {
  if (method === 'HEAD' || status === 204 || status === 304) return () => true
  const length = headers.get('content-length')
  if (length !== undefined) return ({ bytes }) => bytes >= Number(length)
  if (headers.get('transfer-encoding') !== 'chunked')
    throw new Error(`an answer ${status} says neither its length nor that it comes in chunks`)
  let tail = ''
  return (_answer, last) => {
    tail = (tail + last.toString('latin1')).slice(-LAST_CHUNK.length)
    return tail === LAST_CHUNK
  }
}

function parseHead(text: string): Answer {
  const [statusLine = '', ...lines] = text.split('\r\n')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
  }
  return { status: Number(statusLine.slice(9, 12)), headers, bytes: 0, body: Buffer.alloc(0) }
}
