// All that is looked at of a bucket, each part only where those before it make sense of it.
import { type BucketFacts, bucketChecks } from './bucket.ts'
import { type Check, fail, warn, wordsOf } from './check.ts'
import { type CorsFacts, corsCheck } from './cors.ts'
import { type FormFacts, formChecks } from './form.ts'

export interface StorePorts {
  bucket(): Promise<BucketFacts>
  form(): Promise<FormFacts>
  cors(): Promise<CorsFacts>
  /** Whether the configuration says that pages of other origins are wanted. */
  wantsPages: boolean
}

export async function storeChecks(ports: StorePorts): Promise<Check[]> {
  const bucket = await ports.bucket()
  const checks = bucketChecks(bucket)
  if (bucket.fault !== undefined) return checks
  const form = formChecks(await ports.form())
  return [...checks, ...form, await pagesCheck(ports, form)]
}

async function pagesCheck({ cors, wantsPages }: StorePorts, form: Check[]): Promise<Check> {
  if (form.some(({ name, status }) => name === 'form' && status === 'fail'))
    return warn('cors', 'could not be tried, since no form was taken', 'Mend that first.')
  return cors().then(
    facts => corsCheck(facts, { isSure: wantsPages }),
    (error: unknown) => fail('cors', wordsOf(error), 'Mend the checks above first.'),
  )
}
