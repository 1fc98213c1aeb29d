// Secrets at rest: encrypted under the installation's secret, each bound to what it belongs to.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { deriveBytes, kidOf, type Masters } from './secrets.ts'

export interface Seal {
  /** Whether `close` would seal it as it is: in this form, under the first master. */
  isCurrent(sealed: string): boolean
  /** Names all masters that `open` knows, in their order. */
  kids: readonly string[]
  /** Seals a text for whoever names the same `owner` again. */
  close(text: string, owner: string): string
  /** Throws for what was altered, sealed for another owner or under a secret that is not here. */
  open(sealed: string, owner: string): string
  /** Names the master that a text is sealed under; undefined where `open` would throw. */
  sealerOf(sealed: string, owner: string): string | undefined
}

const ALGORITHM = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16
/** A tag that was cut short is none. */
const TAG = { authTagLength: TAG_BYTES }

interface MasterKey {
  kid: string
  key: Buffer
}

/** AES-256-GCM, under a key that is derived (RFC 5869) for this purpose alone: `v2.<key id>.<sealed>`, once `v1.<sealed>`. */
export function createSeal(masters: Masters): Seal {
  const [first, ...others] = masters
  const current = masterKey(first)
  const keys = [current, ...others.map(masterKey)]
  const opened = (sealed: string, owner: string) => {
    const { kid, bytes } = partsOf(sealed)
    for (const one of keys) {
      if (kid !== undefined && kid !== one.kid) continue
      const text = decrypted(one.key, bytes, owner)
      if (text !== undefined) return { text, kid: one.kid }
    }
    return undefined
  }
  return {
    isCurrent: sealed => sealed.startsWith(`v2.${current.kid}.`),
    kids: keys.map(({ kid }) => kid),
    close: (text, owner) => `v2.${current.kid}.${encrypted(current.key, text, owner).toString('base64url')}`,
    open: (sealed, owner) => {
      const found = opened(sealed, owner)
      if (found === undefined) throw new Error('a sealed secret was altered, or sealed under another secret')
      return found.text
    },
    sealerOf: (sealed, owner) => opened(sealed, owner)?.kid,
  }
}

function masterKey(master: string): MasterKey {
  const key = deriveBytes(master, 'sealed secrets')
  return { kid: kidOf(key), key }
}

const FORM = /^(?:v1|v2\.(?<kid>[0-9a-f]{8}))\.(?<bytes>[\w-]+)$/

/** The first version did not say which master it is under. */
function partsOf(sealed: string): { kid: string | undefined; bytes: Buffer } {
  const parts = FORM.exec(sealed)?.groups
  return { kid: parts?.kid, bytes: Buffer.from(parts?.bytes ?? '', 'base64url') }
}

function encrypted(key: Buffer, text: string, owner: string): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, iv, TAG).setAAD(Buffer.from(owner))
  return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

/** Undefined for what this key did not seal for this owner. */
function decrypted(key: Buffer, bytes: Buffer, owner: string): string | undefined {
  try {
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), TAG)
      .setAAD(Buffer.from(owner))
      .setAuthTag(bytes.subarray(-TAG_BYTES))
    const text = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES))
    return Buffer.concat([text, decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}
