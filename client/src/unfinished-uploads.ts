// Reservations of uploads that are not over, kept by what their file looks like, so that a page loaded anew goes on.
import type { SourceFile } from './source.ts'
import type { Reservation } from './wire.ts'

/**
 * Where unfinished uploads are remembered: localStorage in a browser; in Node a Map, or anything that outlives the
 * process. The values are credentials for the uploads they name.
 */
export interface Store {
  get(key: string): string | null | undefined | Promise<string | null | undefined>
  set(key: string, value: string): unknown
  delete(key: string): unknown
}

const HASHED_BYTES = 64 * 1024
const PREFIX = 'herbarium:'
/** By then the upload and its token have expired, whatever put them off. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000

/**
 * Name, size, time and first bytes of the file, and in `destination` where it goes: the same file for another project
 * is another upload.
 */
export async function fingerprint(file: SourceFile, destination: unknown): Promise<string> {
  const { blob, name, lastModified } = file
  const head = new Uint8Array(await blob.slice(0, HASHED_BYTES).arrayBuffer())
  const said = new TextEncoder().encode(JSON.stringify(destination))
  return `${PREFIX}${name}:${blob.size}:${lastModified}:${hashOf(said)}:${hashOf(head)}`
}

/** FNV-1a, 32 bits: enough beside name, size and time, and there on pages without crypto.subtle. */
function hashOf(bytes: Uint8Array): string {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(16)
}

/** Undefined where the page may not keep anything, and outside of pages. */
export function defaultStore(): Store | undefined {
  if (!('document' in globalThis)) return undefined
  try {
    const kept = localStorage
    return {
      get: key => kept.getItem(key),
      set: (key, value) => {
        forgetOld(kept)
        kept.setItem(key, value)
      },
      delete: key => kept.removeItem(key),
    }
  } catch {
    return undefined
  }
}

/** Of files that were never chosen again. */
function forgetOld(kept: typeof localStorage): void {
  for (const key of Object.keys(kept)) {
    if (!key.startsWith(PREFIX)) continue
    const [, expiresAt = ''] = /"expires_at":"([^"]+)"/.exec(kept.getItem(key) ?? '') ?? []
    if (Date.parse(expiresAt) + KEPT_MS < Date.now()) kept.removeItem(key)
  }
}

export interface Unfinished {
  find(): Promise<Reservation | undefined>
  save(reservation: Reservation): Promise<void>
  forget(): Promise<void>
}

/** A store that fails costs a later upload its resumption and this one nothing. */
export function unfinishedAt(store: Store | undefined, key: string): Unfinished {
  const tried = async <T>(work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch {
      return undefined
    }
  }
  return {
    find: () => tried(async () => parsed(await store?.get(key))),
    save: async reservation => {
      await tried(() => store?.set(key, JSON.stringify(reservation)))
    },
    forget: async () => {
      await tried(() => store?.delete(key))
    },
  }
}

function parsed(kept: string | null | undefined): Reservation | undefined {
  const reservation = kept ? JSON.parse(kept) : undefined
  return typeof reservation?.asset_id === 'string' ? reservation : undefined
}
