// The form of a direct upload: its fields may stand before or after the file.
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { ReceivedBytes } from '../assets/attempt.ts'
import { discard } from '../assets/discard.ts'
import type { Ports } from '../assets/ports.ts'
import { MAX_DIRECT_BYTES, stageDirect } from '../assets/store-direct.ts'
import { invalidField, Refusal } from '../ground/errors.ts'
import { formParts, missingFile } from './form-file.ts'
import { requestBytes } from './request-bytes.ts'
import { parse } from './validation.ts'

type FormPorts = Pick<Ports, 'blobs' | 'media' | 'ids'>

/** Reads the whole form, the file into quarantine. Whoever is answered owns the bytes; a refusal leaves none. */
export async function readDirectForm<S extends z.ZodType>(
  ports: FormPorts,
  request: FastifyRequest,
  shape: S,
): Promise<{ fields: z.output<S>; bytes: ReceivedBytes }> {
  const fields: [string, string][] = []
  let bytes: ReceivedBytes | undefined
  try {
    for await (const part of formParts(request.headers['content-type'], requestBytes(request))) {
      if (part.kind === 'file') bytes = await stageDirect(ports, part.bytes)
      else fields.push([part.name, part.value])
    }
    if (bytes === undefined) throw missingFile()
    return { fields: parse(shape, gathered(fields)), bytes }
  } catch (error) {
    if (bytes !== undefined) await discard(ports, bytes.key)
    throw isTooLarge(error) ? tooLargeForDirect() : error
  }
}

/** `metadata[key]` fields become one map; a field given twice is refused rather than one of them believed. */
function gathered(fields: [string, string][]): Record<string, unknown> {
  const single = new Map<string, unknown>()
  const metadata = new Map<string, string>()
  for (const [name, value] of fields) {
    const key = /^metadata\[(.*)\]$/.exec(name)?.[1]
    const into: Map<string, unknown> = key === undefined ? single : metadata
    if (key === '__proto__') throw invalidField(name, 'has a key that JSON readers drop: choose another')
    if (into.has(key ?? name)) throw invalidField(name, 'is given twice: send it once')
    into.set(key ?? name, value)
  }
  if (metadata.size > 0) single.set('metadata', Object.fromEntries(metadata))
  return Object.fromEntries(single)
}

const isTooLarge = (error: unknown): boolean => error instanceof Refusal && error.code === 'payload_too_large'

const tooLargeForDirect = () =>
  invalidField(
    'file',
    `must have at most ${MAX_DIRECT_BYTES} bytes to be sent directly: reserve an upload with source "signed-url" for a larger file`,
  )
