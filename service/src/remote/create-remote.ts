// Fetches files from strangers: a public https URL in, checked and counted bytes out.
import { isIP } from 'node:net'
import type { Readable } from 'node:stream'
import type { FetchOptions, Remote } from '../assets/ports.ts'
import { FetchFailure } from '../ground/fetch-failure.ts'
import { startAttempt, within } from './attempt.ts'
import { notPublic } from './fetch-failure.ts'
import { follow } from './follow.ts'
import { isPublicAddress } from './public-address.ts'
import { readBody } from './read-body.ts'
import { createResolver } from './resolve-host.ts'
import { type AddressRules, resolvePublic } from './resolve-public.ts'
import { parseTarget, type TargetRules } from './target.ts'

/** What tests put in place of the world; nothing of it is ever read from the environment. */
export interface RemoteWorld extends AddressRules {
  /** Trusted in place of the authorities that Node knows. */
  ca: string | Buffer
}

/** A remote whose bytes can also be broken off, as streams are. */
export interface StreamingRemote extends Remote {
  fetch(url: string, options: FetchOptions): Promise<Readable>
}

export function createRemote(rules: TargetRules, world: Partial<RemoteWorld> = {}): StreamingRemote {
  const { resolve = createResolver(), isPublic = isPublicAddress, ca } = world
  return {
    faultOf: url => faultOf(url, rules, isPublic),
    faultOfHost: async (url, { timeoutMs }) => {
      const attempt = startAttempt({ timeoutMs })
      try {
        await within(attempt.signal, resolvePublic(parseTarget(url, rules), { resolve, isPublic }))
        return undefined
      } catch (error) {
        return messageOf(error)
      } finally {
        attempt.end()
      }
    },
    fetch: async (url, { maxBytes, timeoutMs, signal }) => {
      const attempt = startAttempt({ timeoutMs, signal })
      try {
        const answer = await follow(url, { rules, resolve, isPublic, ca, signal: attempt.signal })
        return readBody(answer, maxBytes, attempt)
      } catch (error) {
        attempt.end()
        throw error
      }
    },
  }
}

/** What can be told of a URL without asking anyone: its form, and an address that stands in it. */
function faultOf(
  url: string,
  rules: TargetRules,
  isPublic: (address: string) => boolean,
): string | undefined {
  try {
    const target = parseTarget(url, rules)
    return isIP(target.host) !== 0 && !isPublic(target.host) ? notPublic(target).message : undefined
  } catch (error) {
    return messageOf(error)
  }
}

function messageOf(error: unknown): string {
  if (error instanceof FetchFailure) return error.message
  throw error
}
