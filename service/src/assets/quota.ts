// What a workspace may still take: bytes under its quota, and uploads under way.
import { overQuota, type Refusal, tooManyPending } from '../ground/errors.ts'
import type { LiveUpload } from './claim.ts'
import type { Ports, Usage } from './ports.ts'

type QuotaPorts = Pick<Ports, 'assets' | 'policy'>

/** Bytes that still fit: infinite without a quota, negative where uploads that ran at once took more together. */
export const roomIn = ({ quotaBytes, usedBytes }: Usage): number =>
  quotaBytes === null ? Number.POSITIVE_INFINITY : quotaBytes - usedBytes

/** Throws `insufficient_credits` unless that many bytes more fit into the workspace's quota. */
export async function mustFit(
  ports: Pick<Ports, 'assets'>,
  workspaceId: string,
  bytes: number,
): Promise<void> {
  if (bytes > roomIn(await ports.assets.usage(workspaceId))) throw overQuota()
}

/** As `mustFit`, for an upload that is to be opened; throws `rate_limited` where too many are open already. */
export async function mayOpen(ports: QuotaPorts, workspaceId: string, bytes: number): Promise<void> {
  const refusal = cannotOpen(ports, await ports.assets.usage(workspaceId), bytes)
  if (refusal !== undefined) throw refusal
}

/** Why a workspace of this usage may not open an upload of that many bytes; undefined where it may. */
export function cannotOpen(
  { policy }: Pick<Ports, 'policy'>,
  usage: Usage,
  bytes: number,
): Refusal | undefined {
  if (usage.openAttempts >= policy.maxPending) return tooManyPending(policy.maxPending)
  return bytes > roomIn(usage) ? overQuota() : undefined
}

/** The usage once an upload of that many bytes is open and all of them have come. */
export const withUpload = (usage: Usage, bytes: number): Usage => ({
  ...usage,
  openAttempts: usage.openAttempts + 1,
  usedBytes: usage.usedBytes + bytes,
})

/**
 * How many bytes an upload may have: its attempt's cap, or what is left of the workspace's quota. What its attempt has
 * of bytes already is counted there, and makes room for these.
 */
export async function boundsOf(
  ports: Pick<Ports, 'assets'>,
  { asset, attempt }: LiveUpload,
): Promise<{ maxBytes: number; refusal?: () => Error }> {
  const own = (attempt.received?.sizeBytes ?? 0) + (attempt.partial?.sizeBytes ?? 0)
  const room = roomIn(await ports.assets.usage(asset.workspaceId)) + own
  return room < attempt.maxBytes ? { maxBytes: room, refusal: overQuota } : { maxBytes: attempt.maxBytes }
}
