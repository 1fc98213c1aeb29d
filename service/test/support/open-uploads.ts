// Uploads whose bytes are handed over piece by piece, so that something else happens in their middle.
import { setTimeout as delay } from 'node:timers/promises'
import type { Reservation } from './reserve.ts'
import type { Node } from './two-nodes.ts'
import { until } from './uploads.ts'

export interface OpenUpload {
  answer: Promise<Response>
  send(bytes: Uint8Array): Promise<void>
  finish(): Promise<Response>
}

/** A request whose body is handed over piece by piece; resolves once its first bytes are written down. */
export async function beginSending(
  node: Node,
  url: string,
  first: Uint8Array,
  init: RequestInit = { method: 'PUT' },
): Promise<OpenUpload> {
  const before = new Map((await node.attempts()).map(row => [`${row.asset_id}.${row.n}`, row.fence]))
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const answer = node.fetch(url, { ...init, body: readable, duplex: 'half' } as RequestInit)
  answer.catch(() => undefined)
  await writer.write(new Uint8Array(first))
  await until(node.attempts, rows => rows.some(row => row.fence !== before.get(`${row.asset_id}.${row.n}`)))
  await delay(50)
  return {
    answer,
    send: bytes => writer.write(new Uint8Array(bytes)),
    finish: async () => {
      await writer.close().catch(() => undefined)
      return answer
    },
  }
}

export const beginPatching = (node: Node, to: Reservation, offset: number, first: Uint8Array) =>
  beginSending(node, to.upload_url, first, {
    method: 'PATCH',
    headers: {
      'tus-resumable': '1.0.0',
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(offset),
    },
  })
