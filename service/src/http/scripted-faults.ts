// The header by which a test key asks for something to go wrong.
import { FAULTS, type Fault, faultIn } from '../assets/scripted-fault.ts'
import type { Caller } from '../ground/actor.ts'
import { invalidField, liveKeyFault } from '../ground/errors.ts'
import type { App } from './app.ts'

export const FAULT_HEADER = 'herbarium-fault'

declare module 'fastify' {
  interface FastifyRequest {
    /** What is asked to go wrong, by a test key; a route on which it has no effect pays no heed to it. */
    fault: Fault | undefined
  }
}

/** For every route of the API, whether or not it can fail in these ways; must come after `requireKey`. */
export function takeScriptedFaults(app: App): void {
  app.decorateRequest('fault')
  app.addHook('onRequest', async request => {
    request.fault = allowedFault(request.actor, request.headers[FAULT_HEADER])
  })
}

/** An empty value counts as none. */
function allowedFault({ mode }: Caller, value: string | string[] | undefined): Fault | undefined {
  if (value === undefined || value === '') return undefined
  if (mode === 'live') throw liveKeyFault()
  const fault = faultIn(String(value))
  if (fault === undefined) throw invalidField('Herbarium-Fault', `must be ${FAULTS.join(' or ')}`)
  return fault
}
