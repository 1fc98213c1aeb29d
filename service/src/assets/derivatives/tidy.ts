// Pictures of assets that are gone, which another node deleted.
import type { KeptPictures } from './ports.ts'

export interface TidyPorts {
  keptPictures: KeptPictures
  upkeep: {
    /** Of these media keys, the ones that a row names. */
    knownMediaKeys(keys: string[]): Promise<Set<string>>
  }
}

export async function tidyPictures({ keptPictures, upkeep }: TidyPorts): Promise<void> {
  for await (const keys of keptPictures.blobKeys()) {
    const known = await upkeep.knownMediaKeys(keys)
    for (const key of keys) if (!known.has(key)) await keptPictures.removeOf(key)
  }
}
