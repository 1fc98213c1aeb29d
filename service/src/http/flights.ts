// Requests under way in this process, so that a second of the same kind can wait for the first.
import type { RequestClaim, RequestScope } from '../ground/request-record.ts'

interface Flight {
  fingerprint: string
  landed: Promise<void>
}

export interface Flights {
  /** Those of this scope that have begun and not ended; undefined when there are none. */
  ahead(scope: RequestScope): { fingerprint: string; landed: Promise<unknown> } | undefined
  /** Begins one; what it answers ends it. */
  begin(claim: RequestClaim): () => void
}

export function createFlights(): Flights {
  const underWay = new Map<string, Set<Flight>>()
  return {
    ahead: scope => {
      const flights = [...(underWay.get(nameOf(scope)) ?? [])]
      const [first] = flights
      return first && { ...first, landed: Promise.all(flights.map(({ landed }) => landed)) }
    },
    begin: claim => {
      const name = nameOf(claim)
      const flights = underWay.get(name) ?? new Set()
      const { promise: landed, resolve } = Promise.withResolvers<void>()
      const flight = { fingerprint: claim.fingerprint, landed }
      underWay.set(name, flights.add(flight))
      return () => {
        flights.delete(flight)
        if (flights.size === 0) underWay.delete(name)
        resolve()
      }
    },
  }
}

const nameOf = ({ keyId, method, path, key }: RequestScope): string =>
  JSON.stringify([keyId, method, path, key])
