// The addresses of a target, each of them checked: what a socket may connect to.
import { isIP } from 'node:net'
import { lookupFailed, notPublic } from './fetch-failure.ts'
import type { ResolveHost } from './resolve-host.ts'
import type { Target } from './target.ts'

export interface AddressRules {
  resolve: ResolveHost
  isPublic: (address: string) => boolean
}

/** No honest host has more; each may cost an attempt to connect. */
const MAX_ADDRESSES = 32

/** Resolves once. Throws FetchFailure unless there are addresses and every single one is public. */
export async function resolvePublic(target: Target, { resolve, isPublic }: AddressRules): Promise<string[]> {
  const addresses = isIP(target.host) === 0 ? await resolved(target, resolve) : [target.host]
  if (addresses.length === 0 || addresses.length > MAX_ADDRESSES) throw notPublic(target)
  if (!addresses.every(address => isPublic(address))) throw notPublic(target)
  return addresses
}

async function resolved(target: Target, resolve: ResolveHost): Promise<string[]> {
  try {
    return await resolve(target.host)
  } catch (error) {
    throw lookupFailed(target, error)
  }
}
