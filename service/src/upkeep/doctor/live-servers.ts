// Whether all servers that are alive have their bytes in the store that this configuration names.
import { storeInWords } from '../../servers/server.ts'
import type { DoctorPorts, Examination } from '../doctor.ts'
import { type Check, fail, ok } from './check.ts'

const NAME = 'servers'

export async function liveServers(
  { storeName, clock }: Pick<DoctorPorts, 'storeName' | 'clock'>,
  { schema, upkeep }: Pick<Examination, 'schema' | 'upkeep'>,
): Promise<Check> {
  if ((await schema()).missing.length > 0) return ok(NAME, 'are looked at once the schema is the newest')
  const stores = await upkeep.liveStores(clock.now())
  if (stores.length === 0) return ok(NAME, 'none is alive')
  const here = await storeName()
  const others = [...new Set(stores)].filter(other => other !== here)
  if (others.length === 0) return ok(NAME, `${stores.length} alive, and their bytes are where these are`)
  const place = here === undefined ? 'a folder that was never served' : storeInWords(here)
  return fail(
    NAME,
    `live ones have their bytes in ${others.map(storeInWords).join(' and in ')}; here they are in ${place}`,
    'Set DATA_DIR or S3_BUCKET to theirs before any other command is run here.',
  )
}
