// Requests that are made to see whether they may be made.
import { randomUUID } from 'node:crypto'
import type { Trial } from '../../../upkeep/doctor/bucket.ts'
import type { BucketSettings, Call, Limits, openClients } from '../clients.ts'
import { isMissing } from '../trouble.ts'
import { faultOf } from './fault.ts'

export type Clients = ReturnType<typeof openClients>

export const PROBE = Buffer.from('made by "herbarium doctor", to be removed again')

/** A place for a trial, by a name that the sweep knows for a leftover should nobody remove it. */
export const probeKey = (): string => `quarantine/doctor-${randomUUID()}.0`

export const namedIn =
  ({ bucket, prefix }: Pick<BucketSettings, 'bucket' | 'prefix'>) =>
  (key: string) => ({ Bucket: bucket, Key: prefix + key })

export interface Attempted<T> {
  /** Undefined where the request failed. */
  answer: T | undefined
  isRefused: boolean
}

export type Attempt = <T>(
  asked: Omit<Trial, 'fault'>,
  send: (limits: Limits) => Promise<T>,
) => Promise<Attempted<T>>

/** Writes each attempt down as a trial; that something is missing is no refusal. */
export const attempting =
  (call: Call, trials: Trial[]): Attempt =>
  async (asked, send) => {
    try {
      const answer = await call(asked.request, send)
      trials.push({ ...asked, fault: undefined })
      return { answer, isRefused: false }
    } catch (error) {
      const fault = isMissing(error) ? undefined : faultOf(error)
      trials.push({ ...asked, fault })
      return { answer: undefined, isRefused: fault !== undefined }
    }
  }
