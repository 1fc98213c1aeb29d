// Creating an asset without making it: every refusal is said as it would be, and nothing is written.
import type { Maker } from '../ground/actor.ts'
import { type Asset, type FailedAsset, type ReadyAsset, refused } from './asset.ts'
import { mayFetch, type UrlSource } from './fetch-url.ts'
import { newAsset } from './new-asset.ts'
import type { Ports } from './ports.ts'
import { mayReserve, type Reservation } from './reserve.ts'
import { SCRIPTED_REFUSAL } from './scripted-fault.ts'
import { type SettlePorts, wouldSettle } from './settle.ts'
import { type DirectUpload, mayStore } from './store-direct.ts'

/** The lookup of a URL's host may take so long. */
const LOOKUP_MS = 10_000

type RehearsePorts = Pick<Ports, 'assets' | 'clock' | 'ids' | 'policy'>

/** The asset as `reserve` would make it. */
export const rehearseReservation = async (
  ports: RehearsePorts,
  actor: Maker,
  wanted: Reservation,
): Promise<Asset> => newAsset(ports, actor, await mayReserve(ports, actor, wanted), 'signed_url')

/**
 * The asset as `fetchUrl` would make it: failed where its host leads nowhere public, else pending, for what the URL
 * gives is known only to who fetches it.
 */
export async function rehearseFetch(
  ports: RehearsePorts & Pick<Ports, 'remote'>,
  actor: Maker,
  wanted: UrlSource,
): Promise<Asset> {
  const asset = newAsset(ports, actor, await mayFetch(ports, actor, wanted), 'url')
  const message = await ports.remote.faultOfHost(wanted.url, { timeoutMs: LOOKUP_MS })
  return message === undefined ? asset : refused(asset, { admitted: false, code: 'fetch_failed', message })
}

/** The asset as `storeDirect` would make it. Removing the staged bytes is for whoever staged them. */
export async function rehearseDirect(
  ports: SettlePorts,
  actor: Maker,
  { workspaceId, said, bytes, fault }: DirectUpload,
): Promise<ReadyAsset | FailedAsset> {
  const description = await mayStore(ports, actor, { workspaceId, said })
  const asset = newAsset(ports, actor, description, 'direct')
  return fault === 'fail-verification' ? refused(asset, SCRIPTED_REFUSAL) : wouldSettle(ports, asset, bytes)
}
