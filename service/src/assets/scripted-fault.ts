// What a test key may ask to go wrong, so that those who build on this can try what they do then.
import type { Verdict } from './admit.ts'
import type { Attempt, OpenAttempt } from './attempt.ts'

export const FAULTS = ['expire-now', 'fail-verification'] as const

export type Fault = (typeof FAULTS)[number]

/** Undefined for a text that names none. */
export const faultIn = (text: string | undefined): Fault | undefined => FAULTS.find(fault => fault === text)

/** The attempt with what was asked of it: it has expired already, or its bytes will be found faulty. */
export const scripted = (attempt: OpenAttempt, fault: Fault | undefined): OpenAttempt =>
  fault === 'expire-now'
    ? { ...attempt, expiresAt: attempt.signedAt }
    : { ...attempt, scriptedFault: fault ?? null }

/** Of bytes that this service has at once or brings itself: there is no upload that could expire. */
export const scriptedWithBytes = (attempt: OpenAttempt, fault: Fault | undefined): OpenAttempt =>
  scripted(attempt, fault === 'expire-now' ? undefined : fault)

/** Whoever completes an upload may ask for it as well as whoever opened it. */
export const scriptedToo = <A extends Attempt>(attempt: A, fault: Fault | undefined): A =>
  fault === 'fail-verification' ? { ...attempt, scriptedFault: fault } : attempt

export const SCRIPTED_REFUSAL: Extract<Verdict, { admitted: false }> = {
  admitted: false,
  code: 'unreadable_file',
  message:
    'Herbarium-Fault asked for this failure, whatever the bytes are: POST /assets/{asset_id}/retry without that header heals it.',
}

/** What the bytes are found to be before anyone looks; undefined where they are to be looked at. */
export const scriptedVerdict = ({ scriptedFault }: Attempt): Verdict | undefined =>
  scriptedFault === null ? undefined : SCRIPTED_REFUSAL
