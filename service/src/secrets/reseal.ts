// Everything that is sealed, and the same under the first master.
import type { Seal } from '../ground/seal.ts'
import type { SealedText, SecretRecords, StoredSecret } from './ports.ts'
import { sealOwner } from './ring-keys.ts'

export interface Resealed {
  resealed: number
  /** Webhooks whose secret no master opens. */
  lostWebhooks: string[]
}

interface ResealPorts {
  secrets: SecretRecords
  seal: Seal
}

export interface OwnedText extends SealedText {
  owner: string
}

/** What another writes meanwhile stays as it is written. */
export async function resealAll(ports: ResealPorts): Promise<Resealed> {
  const { secrets, seal } = ports
  const lost = new Set<string>()
  let resealed = 0
  for await (const text of sealedTexts(ports)) {
    if (seal.isCurrent(text.sealed)) continue
    if (seal.sealerOf(text.sealed, text.owner) === undefined) {
      if (text.place.table === 'webhooks') lost.add(text.place.id)
      continue
    }
    const fresh = seal.close(seal.open(text.sealed, text.owner), text.owner)
    if ((await secrets.reseal(text, fresh)) === 'saved') resealed += 1
  }
  return { resealed, lostWebhooks: [...lost] }
}

/** Of signing keys those that are not forgotten, and of webhooks also the secrets that are being replaced. */
export async function* sealedTexts({ secrets }: Pick<ResealPorts, 'secrets'>): AsyncGenerator<OwnedText> {
  for (const row of await secrets.list()) if (row.sealed !== '') yield textOf(row)
  for await (const page of secrets.ofWebhooks())
    for (const text of page) yield { ...text, owner: text.place.id }
}

const textOf = (row: StoredSecret): OwnedText => ({
  place: { table: 'secrets', id: row.kid },
  sealed: row.sealed,
  owner: sealOwner(row),
})
