// Every socket that this process tries to open to anyone, seen from below: what was connected to, not what was meant.
import type { EventEmitter } from 'node:events'
import { Socket } from 'node:net'

export interface WatchedConnections {
  /** Addresses, oldest first; those of connections to `ownPort` are left out. */
  tried: string[]
  stop(): void
}

/** Listens to Node's own sockets; `ownPort` is the service's, to which the test itself speaks. */
export function watchConnections(ownPort: number): WatchedConnections {
  const tried: string[] = []
  const emit: EventEmitter['emit'] = Socket.prototype.emit
  Socket.prototype.emit = function (this: Socket, event: string | symbol, ...facts: unknown[]) {
    if (event === 'connectionAttempt' && facts[1] !== ownPort) tried.push(String(facts[0]))
    return emit.call(this, event, ...facts)
  }
  return {
    tried,
    stop: () => {
      Reflect.deleteProperty(Socket.prototype, 'emit') // it is inherited again
    },
  }
}
