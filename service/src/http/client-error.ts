// What is not even HTTP: answered in our envelope, with a request-id, and the connection closed.
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Refusal } from '../ground/errors.ts'
import type { Ids } from '../ground/ids.ts'
import { envelopeOf } from './errors.ts'

const STATUS_LINES: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

export const answerClientError =
  (ids: Ids) =>
  (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) {
      socket.destroy()
      return
    }
    const statusLine = STATUS_LINES[error.code ?? ''] ?? '400 Bad Request'
    const message = `This is not a request we can read: ${statusLine.slice(4)}.`
    const body = JSON.stringify(envelopeOf(new Refusal('input_validation_error', message)))
    const head = [
      `HTTP/1.1 ${statusLine}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      `request-id: ${ids.id('req')}`,
      'connection: close',
    ]
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
  }

/** Node keeps the response that a socket is busy with in this field; a second answer would corrupt it. */
const isAnswering = (socket: Socket & { _httpMessage?: ServerResponse | null }): boolean =>
  socket._httpMessage?.headersSent === true
