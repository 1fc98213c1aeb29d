// The form that clients are given, posted where they post it: once as it is meant, and in ways that it forbids.
import type { Forms, FormTerms, UploadForm } from '../../../assets/ports.ts'
import type { Clock } from '../../../ground/clock.ts'
import type { FormFacts } from '../../../upkeep/doctor/form.ts'
import { type Bucket, openBucket } from '../bucket.ts'
import type { BucketSettings } from '../clients.ts'
import { createForms } from '../forms.ts'
import { faultOf } from './fault.ts'
import { postForm } from './post.ts'
import { namedIn, PROBE, probeKey } from './trials.ts'

const GOOD_FOR_MS = 10 * 60_000

export function probeTerms(clock: Clock, key: string): FormTerms {
  const now = clock.now()
  const limits = { contentType: 'text/plain', maxBytes: PROBE.byteLength }
  return { key, ...limits, signedAt: now, expiresAt: now + GOOD_FOR_MS }
}

export async function probeForm(settings: BucketSettings, clock: Clock): Promise<FormFacts> {
  const bucket = openBucket(settings)
  const forms = createForms(bucket, settings)
  const key = probeKey()
  try {
    const form = await forms.formFor(probeTerms(clock, key))
    const { fault } = await postForm(form, PROBE)
    if (fault !== undefined) return { url: form.url, fault, arrived: undefined, taken: [] }
    const arrived = await isThere(forms, key)
    return { url: form.url, fault, arrived, taken: await tryForbidden({ bucket, forms }, settings, clock) }
  } catch (error) {
    return { url: '', fault: faultOf(error), arrived: undefined, taken: [] }
  } finally {
    await bucket.remove(key).catch(ignore)
    bucket.close()
  }
}

const isThere = (forms: Forms, key: string): Promise<boolean | undefined> =>
  forms.find(key).then(
    found => found?.sizeBytes === PROBE.byteLength,
    () => undefined,
  )

interface Forbidden {
  what: string
  form: UploadForm
  file: Buffer
}

/** Answers what the store took though the form forbids it. */
async function tryForbidden(
  { bucket, forms }: { bucket: Bucket; forms: Forms },
  settings: BucketSettings,
  clock: Clock,
): Promise<string[]> {
  const [key, other] = [probeKey(), probeKey()]
  const { url, fields } = await forms.formFor(probeTerms(clock, key))
  const elsewhere = { key: namedIn(settings)(other).Key }
  const unsigned = { 'x-amz-signature': '0'.repeat(64) }
  const tries: Forbidden[] = [
    { what: 'a byte too many', form: { url, fields }, file: Buffer.concat([PROBE, Buffer.from('!')]) },
    { what: 'another key', form: { url, fields: { ...fields, ...elsewhere } }, file: PROBE },
    { what: 'a wrong signature', form: { url, fields: { ...fields, ...unsigned } }, file: PROBE },
  ]
  const taken: string[] = []
  try {
    for (const { what, form, file } of tries)
      if ((await postForm(form, file)).fault === undefined) taken.push(what)
    return taken
  } finally {
    for (const made of [key, other]) await bucket.remove(made).catch(ignore)
  }
}

const ignore = () => undefined
