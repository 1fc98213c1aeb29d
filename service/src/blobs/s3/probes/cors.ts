// What a bucket lets the pages of other origins do, by asking as a browser does.
import { GetBucketCorsCommand } from '@aws-sdk/client-s3'
import type { Clock } from '../../../ground/clock.ts'
import type { CorsFacts, CorsTrial, CorsWish } from '../../../upkeep/doctor/cors.ts'
import { type Bucket, openBucket } from '../bucket.ts'
import { type BucketSettings, openClients } from '../clients.ts'
import { createForms } from '../forms.ts'
import { publicAddress } from '../public-address.ts'
import { BucketError } from '../trouble.ts'
import { probeTerms } from './form.ts'
import { ask, postForm } from './post.ts'
import { PROBE, probeKey } from './trials.ts'

const MAX_AGE_SECONDS = 3600

export async function probeCors(settings: BucketSettings, clock: Clock, wish: CorsWish): Promise<CorsFacts> {
  const url = publicAddress(settings)
  const bucket = openBucket(settings)
  try {
    const trials: CorsTrial[] = []
    for (const { origin, method } of wish.asked) {
      const isAllowed = await preflight(url, origin, method)
      trials.push({ origin, request: `the preflight of a ${method}`, isAllowed })
      if (method !== 'POST') continue // what answers them is the same rule
      const isAnswered = await tryPost({ bucket, settings, clock }, origin)
      trials.push({ origin, request: 'the answer to a POST', isAllowed: isAnswered })
    }
    return { url, trials, rules: await rulesOf(settings), command: commandOf(settings, wish) }
  } finally {
    bucket.close()
  }
}

/**
 * A page that shows how far an upload is makes the browser ask first. The methods here are ones that an answer need not
 * name (Fetch, section 4.8), so that its status and origin decide.
 */
async function preflight(url: string, origin: string, method: string): Promise<boolean> {
  const headers = { origin, 'access-control-request-method': method }
  const answer = await ask(url, { method: 'OPTIONS', headers }).catch(() => undefined)
  await answer?.body?.cancel()
  if (!answer?.ok) return false
  return isFor(origin, answer.headers.get('access-control-allow-origin'))
}

const isFor = (origin: string, allowed: string | null): boolean => allowed === '*' || allowed === origin

async function tryPost(
  { bucket, settings, clock }: { bucket: Bucket; settings: BucketSettings; clock: Clock },
  origin: string,
): Promise<boolean> {
  const key = probeKey()
  try {
    const form = await createForms(bucket, settings).formFor(probeTerms(clock, key))
    const { fault, allowedOrigin } = await postForm(form, PROBE, origin)
    return fault === undefined && isFor(origin, allowedOrigin)
  } finally {
    await bucket.remove(key).catch(() => undefined)
  }
}

/** Undefined where the keys may not look. */
async function rulesOf(settings: BucketSettings): Promise<number | undefined> {
  const { working, call, close } = openClients(settings)
  try {
    const command = new GetBucketCorsCommand({ Bucket: settings.bucket })
    const { CORSRules = [] } = await call('GetBucketCors', limits => working.send(command, limits))
    return CORSRules.length
  } catch (error) {
    return error instanceof BucketError && error.code === 'NoSuchCORSConfiguration' ? 0 : undefined
  } finally {
    close()
  }
}

function commandOf({ bucket, endpoint }: BucketSettings, { rules }: CorsWish): string {
  const CORSRules = rules.map(({ origins, methods }) => ({
    AllowedOrigins: origins,
    AllowedMethods: methods,
    AllowedHeaders: ['*'],
    ExposeHeaders: ['ETag'],
    MaxAgeSeconds: MAX_AGE_SECONDS,
  }))
  const where = endpoint === undefined ? '' : ` --endpoint-url ${endpoint}`
  return `aws s3api put-bucket-cors${where} --bucket ${bucket} --cors-configuration '${JSON.stringify({ CORSRules })}'`
}
