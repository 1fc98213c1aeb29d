// Whether a bucket keeps what is deleted, as far as that may be seen.
import { GetBucketLifecycleConfigurationCommand, GetObjectLockConfigurationCommand } from '@aws-sdk/client-s3'
import type { BucketFacts } from '../../../upkeep/doctor/bucket.ts'
import type { BucketSettings } from '../clients.ts'
import { BucketError } from '../trouble.ts'
import type { Clients } from './trials.ts'

type Versioning = Pick<BucketFacts, 'keepsVersions' | 'endsVersions' | 'locksObjects'>

/** `version` is what an object had that was just put; one of a bucket whose versioning is suspended is called null. */
export async function versioningOf(
  clients: Clients,
  { bucket }: BucketSettings,
  version: string | undefined,
): Promise<Versioning> {
  if (version === undefined || version === 'null')
    return { keepsVersions: false, endsVersions: undefined, locksObjects: false }
  return {
    keepsVersions: true,
    endsVersions: await endsVersions(clients, bucket),
    locksObjects: await locksObjects(clients, bucket),
  }
}

const endsVersions = ({ working, call }: Clients, Bucket: string): Promise<boolean | undefined> =>
  call('GetBucketLifecycleConfiguration', async limits => {
    const { Rules = [] } = await working.send(new GetBucketLifecycleConfigurationCommand({ Bucket }), limits)
    return Rules.some(rule => rule.Status === 'Enabled' && rule.NoncurrentVersionExpiration !== undefined)
  }).catch(falseIf('NoSuchLifecycleConfiguration'))

const locksObjects = ({ working, call }: Clients, Bucket: string): Promise<boolean | undefined> =>
  call('GetObjectLockConfiguration', async limits => {
    const found = await working.send(new GetObjectLockConfigurationCommand({ Bucket }), limits)
    return found.ObjectLockConfiguration?.Rule?.DefaultRetention !== undefined
  }).catch(falseIf('ObjectLockConfigurationNotFoundError'))

/** Undefined for whatever else keeps it from being seen. */
const falseIf =
  (code: string) =>
  (error: unknown): false | undefined =>
    error instanceof BucketError && error.code === code ? false : undefined
