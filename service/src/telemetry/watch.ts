// Ports that are watched: whoever watches is told of each call, its beginning and its end.

/** One operation of one port; the same object for all calls of it. */
export interface Call {
  port: string
  operation: string
}

/** Runs a call and keeps what it tells; what the call answers or throws is passed on. */
export type Watch = <T>(call: Call, run: () => Promise<T>) => Promise<T>

type Calls<P> = {
  [K in keyof P]: NonNullable<P[K]> extends (...args: infer A) => Promise<infer R>
    ? (...args: A) => Promise<R>
    : never
}

/** The same calls, each of them watched under the name of its port. */
export function watched<P extends Calls<P>>(port: P, name: string, watch: Watch): P {
  const calls = Object.entries<((...args: unknown[]) => Promise<unknown>) | undefined>(port)
  const watchedCalls = calls.map(([method, act]) => {
    if (act === undefined) return [method, act]
    const call = { port: name, operation: inSnakeCase(method) }
    return [method, (...args: unknown[]) => watch(call, () => act(...args))]
  })
  return Object.fromEntries(watchedCalls) as P // method for method
}

/** The first is told of what the second takes, too. */
export const both =
  (outer: Watch, inner: Watch): Watch =>
  (call, run) =>
    outer(call, () => inner(call, run))

const inSnakeCase = (method: string): string => method.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
