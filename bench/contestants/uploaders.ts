// Everyone who takes a file and writes it to a folder, and how one file is sent to each.
import type { Call } from '../load/connection.ts'
import { formOf } from '../load/form.ts'
import type { MediaFile } from '../load/media.ts'
import { type Contestant, startBarePut, startRival } from './start.ts'

export interface Uploader {
  name: string
  start(): Promise<Contestant>
  callOf(file: MediaFile): Call
  /** Whether a file is in memory as a whole before it is written. */
  holdsFiles?: true
}

/** The floor. */
export const BARE_PUT: Uploader = {
  name: 'bare PUT',
  start: startBarePut,
  callOf: ({ pieces }) => ({ method: 'PUT', path: '/', body: pieces }),
}

const formTo = (name: string): Uploader => ({
  name,
  start: () => startRival(name),
  callOf: file => ({ method: 'POST', path: '/', ...formOf({}, file) }),
})

export const FASTIFY_MULTIPART = formTo('fastify-multipart')

export const RIVALS: Uploader[] = [
  FASTIFY_MULTIPART,
  formTo('multer'),
  formTo('formidable'),
  {
    name: 'tus',
    start: () => startRival('tus'),
    callOf: ({ pieces, sizeBytes }) => ({
      method: 'POST',
      path: '/',
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': String(sizeBytes),
        'content-type': 'application/offset+octet-stream',
      },
      body: pieces,
    }),
  },
  { ...formTo('hono'), holdsFiles: true },
]
