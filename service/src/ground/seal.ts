// Secrets at rest: encrypted under the installation's secret, each bound to what it belongs to.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

export interface Seal {
  /** Seals a text for whoever names the same `owner` again. */
  close(text: string, owner: string): string
  /** Throws for what was altered, sealed for another owner or under another secret. */
  open(sealed: string, owner: string): string
}

const ALGORITHM = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

/** AES-256-GCM, under a key that is derived (RFC 5869) for this purpose alone. */
export function createSeal(master: string): Seal {
  const key = Buffer.from(hkdfSync('sha256', master, '', 'herbarium sealed secrets v1', 32))
  return {
    close: (text, owner) => {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(Buffer.from(owner))
      const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `v1.${sealed.toString('base64url')}`
    },
    open: (sealed, owner) => {
      const bytes = Buffer.from(sealed.replace(/^v1\./, ''), 'base64url')
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES))
        .setAAD(Buffer.from(owner))
        .setAuthTag(bytes.subarray(-TAG_BYTES))
      const text = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES))
      return Buffer.concat([text, decipher.final()]).toString('utf8')
    },
  }
}
