// A node whose calls to the store can be held, so that another comes between.
import type { Servants } from '../../src/service.ts'
import { until } from './uploads.ts'

type Held = 'promote' | 'read'

export interface Gate {
  /** Holds such calls from now on; reads are those of bytes that are not published. */
  hold(what: Held): void
  /** Resolves once a call is held. */
  holds(): Promise<unknown>
  /** Lets all go that are held, and all that come. */
  open(): void
  /** Puts the gate before a node's servants. */
  around(servants: Servants): Servants
}

export function createGate(): Gate {
  let opened = Promise.withResolvers<void>()
  let held: Held | undefined
  let waiting = 0
  const through = async (what: Held) => {
    if (held !== what) return
    waiting++
    await opened.promise
  }
  return {
    hold: what => {
      held = what
    },
    holds: () =>
      until(
        async () => waiting,
        count => count > 0,
      ),
    open: () => {
      held = undefined
      waiting = 0
      opened.resolve()
      opened = Promise.withResolvers()
    },
    around: servants => ({
      ...servants,
      blobs: {
        ...servants.blobs,
        promote: async (from, to, shown) => {
          await through('promote')
          return servants.blobs.promote(from, to, shown)
        },
        read: async (key, range) => {
          if (key.startsWith('quarantine/')) await through('read')
          return servants.blobs.read(key, range)
        },
      },
    }),
  }
}
