// What a client asks of bare rows.
import { askOk, type Connection, openConnection } from '../load/connection.ts'
import type { MediaFile } from '../load/media.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const ROW = Buffer.from('{"name":"bench.png"}')

export const insertRow = (connection: Connection) =>
  askOk(connection, { method: 'POST', path: '/assets', headers: JSON_TYPE, body: [ROW] })

export const insertPicture = (connection: Connection, { contentType, pieces }: MediaFile) =>
  askOk(connection, {
    method: 'POST',
    path: '/pictures',
    headers: { 'content-type': contentType },
    body: pieces,
  })

export const readRow = (connection: Connection, id: string) =>
  askOk(connection, { method: 'GET', path: `/assets/${id}` })

export const listRows = (connection: Connection, limit: number) =>
  askOk(connection, { method: 'GET', path: `/assets?limit=${limit}` })

export async function insertRows(origin: string, count: number): Promise<string[]> {
  const ids: string[] = []
  const connection = openConnection(origin)
  for (let n = 0; n < count; n++) {
    const { body } = await insertRow(connection)
    ids.push((JSON.parse(body.toString()) as { id: string }).id) // as bare-rows.ts answers
  }
  connection.close()
  return ids
}
