// Being one of the servers of an installation: all that live at a time have their bytes in one store.
import type { Clock } from '../ground/clock.ts'
import { unavailable } from '../ground/errors.ts'
import { every } from '../ground/every.ts'
import { Fault } from '../ground/fault.ts'
import type { Ids } from '../ground/ids.ts'
import type { ServerRecords } from './ports.ts'
import { LIFE_MS, storeInWords } from './server.ts'

export interface Membership {
  /** Resolves, if ever, once servers of another store have taken over: then this one must stop. */
  lost: Promise<Fault>
  /**
   * Resolves while all others count this server as alive, and will until a write that begins now is over. Says so again
   * where it was silent for too long. Throws `unavailable` where that cannot be said, or where it is too late.
   */
  mustBeAlive(): Promise<void>
  /** Counts as gone from now on. Never throws. */
  leave(): Promise<void>
}

type JoinPorts = { servers: ServerRecords; clock: Clock; ids: Ids }

export interface JoinOptions {
  store: string
  /** What the rows are called, for an operator. */
  rows: string
  /** Called when it could not be said that this server is alive; that is tried again. */
  onError: (error: unknown) => void
}

const RENEW_MS = 10_000
/** A write is given up at the latest after so long. */
const WRITE_MS = 20_000

/** Throws a Fault where a live server has its bytes in another store. */
export async function join(ports: JoinPorts, options: JoinOptions): Promise<Membership> {
  const { clock } = ports
  const life = createLife(ports, options)
  const stop = new AbortController()
  const refusal = await life.renew()
  if (refusal !== undefined) throw refusal
  const keeping = every(clock, { ms: RENEW_MS, until: stop.signal }, () =>
    life.renew().catch(options.onError),
  )
  return {
    lost: life.lost,
    mustBeAlive: async () => {
      const fault = life.isSure() ? undefined : await life.renew()
      if (fault !== undefined) throw unavailable(fault)
    },
    leave: async () => {
      stop.abort()
      await keeping
      await ports.servers.remove(life.id).catch(() => undefined) // then it counts as gone when its time is over
    },
  }
}

/** What this server has said of itself, and what it may conclude. */
function createLife({ servers, clock, ids }: JoinPorts, { store, rows }: JoinOptions) {
  const me = { id: ids.token(), store, startedAt: clock.now() }
  const lost = Promise.withResolvers<Fault>()
  let sureUntil = 0
  let end: Fault | undefined
  let renewing: Promise<Fault | undefined> | undefined
  const renew = async (): Promise<Fault | undefined> => {
    if (end !== undefined) return end
    const now = clock.now()
    if ((await servers.saveAlive({ ...me, aliveUntil: now + LIFE_MS }, now)) === 'saved') {
      sureUntil = now + LIFE_MS - WRITE_MS
      return undefined
    }
    const other = (await servers.listAlive(now)).find(server => server.store !== store)
    if (other === undefined) return renew() // it has left meanwhile
    end = elsewhere({ rows, theirs: other.store, ours: store })
    sureUntil = 0
    lost.resolve(end)
    return end
  }
  return {
    id: me.id,
    lost: lost.promise,
    isSure: () => clock.now() < sureUntil,
    renew: () => {
      renewing ??= renew().finally(() => {
        renewing = undefined
      })
      return renewing
    },
  }
}

function elsewhere({ rows, theirs, ours }: { rows: string; theirs: string; ours: string }): Fault {
  return new Fault([
    `${rows} is served by a live node that has its bytes in ${storeInWords(theirs)}; here they are in ${storeInWords(ours)}: give both nodes one shared folder or one S3_BUCKET, or stop the other one (it counts as gone ${LIFE_MS / 1000} s after its last sign of life).`,
  ])
}
