// What the nouns are served by; the choice between implementations is made here.
import path from 'node:path'
import { openDerivatives } from '../blobs/derivatives/open-derivatives.ts'
import type { Config } from '../config/config.ts'
import { loadSecretKeys } from '../config/secret-key.ts'
import { type Clock, systemClock } from '../ground/clock.ts'
import { type Ids, randomIds } from '../ground/ids.ts'
import { createSeal } from '../ground/seal.ts'
import { openMedia } from '../media/open-media.ts'
import { openPictures } from '../media/open-pictures.ts'
import { createRemote, type RemoteWorld } from '../remote/create-remote.ts'
import { createWebhookSender } from '../remote/webhook-sender.ts'
import { createClamdScanner } from '../scan/clamd.ts'
import { noScanner } from '../scan/no-scanner.ts'
import { openSigning } from '../secrets/open-signing.ts'
import { openWholeBlobs, openWholeRows } from './whole.ts'

/** What a test may stop or foretell. */
export interface World {
  clock: Clock
  ids: Ids
  /** What stands for the internet. */
  remote?: Partial<RemoteWorld>
  /** Adapters put around the servants, before anyone is given them: to watch them, or to let them fail. */
  around?: (servants: Servants) => Servants
}

export const systemWorld: World = { clock: systemClock, ids: randomIds }

export type Servants = Awaited<ReturnType<typeof openEach>>

export async function openServants(config: Config, world: World): Promise<Servants> {
  const opened = await openEach(config, world)
  return world.around?.(opened) ?? opened
}

export async function closeServants({ media, pictures, blobs, records }: Servants): Promise<void> {
  await pictures.close()
  await media.close()
  await blobs.close()
  await records.close()
}

async function openEach(config: Config, world: World) {
  const masters = await loadSecretKeys(config)
  const seal = createSeal(masters)
  const records = await openWholeRows(config)
  const signingPorts = { secrets: records.secrets, seal, clock: world.clock }
  const signing = await openSigning(signingPorts, masters).catch(async error => {
    await records.close()
    throw error
  })
  const derivatives = path.join(config.dataDir, 'derivatives')
  return {
    records,
    blobs: await openWholeBlobs(config),
    media: openMedia(),
    pictures: openPictures({ ffmpegPlaces: config.ffmpegPlaces, writableFolder: derivatives }),
    keptPictures: openDerivatives({
      folder: derivatives,
      maxBytes: config.derivativesMaxBytes,
      clock: world.clock,
    }),
    scanner: config.clamav === undefined ? noScanner : createClamdScanner(config.clamav),
    remote: createRemote(
      { ports: config.fetchPorts, hostAllowlist: config.fetchHostAllowlist },
      world.remote,
    ),
    sender: createWebhookSender(
      { ports: config.fetchPorts, allowHosts: config.webhookAllowHosts },
      world.remote,
    ),
    signing,
    seal,
  }
}
