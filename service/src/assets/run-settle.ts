// Going on with a completion that took longer than its request waited.
import { Refusal } from '../ground/errors.ts'
import type { Job } from '../ground/job.ts'
import { type CompletePorts, complete } from './complete.ts'
import { faultIn } from './scripted-fault.ts'

/** A look is bounded by the probe's own limits; this is far beyond them. */
const WAIT_MS = 10 * 60 * 1000
const AGAIN_MS = 5_000

/** Answers when to run the job again, or undefined when nothing is left to do. */
export async function runSettle(ports: CompletePorts, job: Job): Promise<number | undefined> {
  const actor = { keyId: job.payload.key_id ?? '', workspaceId: job.payload.workspace_id ?? '' }
  try {
    const asset = await complete({ ...ports, completeWaitMs: WAIT_MS }, actor, {
      assetId: job.subject,
      fault: faultIn(job.payload.fault),
    })
    return asset.status === 'pending_upload' ? ports.clock.now() + AGAIN_MS : undefined
  } catch (error) {
    // The asset went another way: it was retried, or is gone.
    if (error instanceof Refusal && (error.code === 'conflict' || error.code === 'not_found'))
      return undefined
    throw error
  }
}
