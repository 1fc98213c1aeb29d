// Planned trouble: the n-th call to an installation's servants fails in one of these ways.
import { unavailable } from '../../../src/ground/errors.ts'

/**
 * `error`: the call is refused as an adapter would refuse it. `lost answer`: it is done, and refused all the same.
 * `crash before` and `crash after`: the process ends there. `torn`: of a call that writes bytes half are written, and
 * the process ends; calls that write none are not counted.
 */
export const FAULTS = ['error', 'lost answer', 'crash before', 'crash after', 'torn'] as const
export type Fault = (typeof FAULTS)[number]

export const isCrash = (fault: Fault): boolean => fault !== 'error' && fault !== 'lost answer'

/** What everyone is told whose process is no more. */
export class Crash extends Error {}

export interface Faults {
  /** From now on the n-th call meets the fault. */
  arm(fault: Fault, n: number): void
  /** No call meets one any more. Answers the name of the call that did, if any. */
  disarm(): string | undefined
  /** Makes the call, or what has been planned for it; `half` does half of it, where a call writes bytes. */
  call<T>(name: string, act: () => Promise<T>, half?: () => Promise<unknown>): Promise<T>
  isCrashed(): boolean
  /** Resolves once a call of this name has ended. */
  ended(name: string): Promise<void>
}

export function createFaults(): Faults {
  let plan: { fault: Fault; left: number } | undefined
  let met: string | undefined
  let crashed = false
  const ends = new Map<string, PromiseWithResolvers<void>>()
  const endOf = (name: string) => {
    const end = ends.get(name) ?? Promise.withResolvers<void>()
    ends.set(name, end)
    return end
  }
  const take = (name: string, isWrite: boolean): Fault | undefined => {
    if (crashed) throw new Crash(`${name} was called after the crash`)
    if (plan === undefined || met !== undefined || (plan.fault === 'torn' && !isWrite)) return undefined
    plan.left--
    if (plan.left > 0) return undefined
    met = name
    crashed = isCrash(plan.fault)
    return plan.fault
  }
  const perform = async <T>(name: string, act: () => Promise<T>, half?: () => Promise<unknown>) => {
    const fault = take(name, half !== undefined)
    if (fault === undefined) return aliveAfter(name, act)
    if (fault === 'torn') await half?.()
    if (fault === 'crash after' || fault === 'lost answer') await act()
    throw isCrash(fault) ? new Crash(name) : unavailable(new Error(`${name}, as planned`))
  }
  /** Nobody hears of a call that ended after the process did. */
  const aliveAfter = async <T>(name: string, act: () => Promise<T>) => {
    const result = await act()
    if (crashed) throw new Crash(`${name} ended after the crash`)
    return result
  }
  return {
    arm: (fault, n) => {
      plan = { fault, left: n }
      met = undefined
    },
    disarm: () => {
      plan = undefined
      return met
    },
    call: (name, act, half) => perform(name, act, half).finally(() => endOf(name).resolve()),
    isCrashed: () => crashed,
    ended: name => endOf(name).promise,
  }
}
