// Commands that work on what is signed and sealed, also while servers run.
import { loadSecretKeys, secretFile } from '../config/secret-key.ts'
import { createSeal } from '../ground/seal.ts'
import type { Masters } from '../ground/secrets.ts'
import type { RotatePorts } from '../secrets/rotate.ts'
import { usableConfig, withRecords } from './with-records.ts'

export interface MasterSource {
  masters: Masters
  /** What an operator calls the place they are from. */
  place: string
}

export async function withSecrets<T>(
  use: (ports: RotatePorts, source: MasterSource) => Promise<T>,
): Promise<T> {
  const config = usableConfig()
  return withRecords(async ports => {
    const masters = await loadSecretKeys(config)
    const place = config.secretKeys === undefined ? secretFile(config) : 'SECRET_KEY'
    return use({ ...ports, seal: createSeal(masters) }, { masters, place })
  })
}
