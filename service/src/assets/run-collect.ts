// Collecting what a form brought to an upload that nobody completed in time.
import { Refusal } from '../ground/errors.ts'
import type { Job } from '../ground/job.ts'
import { collect, findPosted } from './collect.ts'
import type { ReceivePorts } from './receive.ts'

/** Throws where it could not be collected now: the job is run again then. What is refused, the sweep looks at again. */
export async function runCollect(ports: ReceivePorts, job: Job): Promise<undefined> {
  const upload = await ports.assets.findUpload(job.subject, Number(job.payload.attempt))
  const posted = upload && (await findPosted(ports, upload))
  if (upload === undefined || posted === undefined) return
  await collect(ports, upload, posted).catch(error => {
    if (!(error instanceof Refusal) || error.code === 'service_unavailable') throw error
  })
}
