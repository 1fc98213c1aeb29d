// What browsers bring straight to the bucket: the form that lets them, and taking what it brought out of their reach.
import type { FormObject, Forms } from '../../assets/ports.ts'
import { KEY } from '../keys.ts'
import type { Bucket, FoundObject } from './bucket.ts'
import type { BucketSettings } from './clients.ts'
import { copyObject } from './joining.ts'
import { postFields } from './post-form.ts'
import { publicAddress } from './public-address.ts'
import { onBucket } from './trouble.ts'

/** `url` is where browsers reach the bucket. */
export function createForms(bucket: Bucket, settings: BucketSettings, url = publicAddress(settings)): Forms {
  return {
    url,
    formFor: ({ key, ...terms }) =>
      onBucket(async () => {
        const { region, prefix } = settings
        const place = { bucket: settings.bucket, region, name: prefix + key }
        return { url, fields: postFields({ ...place, ...terms }, await bucket.credentials()) }
      }),
    find: key =>
      onBucket(async () => {
        const found = await bucket.find(key)
        return found && { key, sizeBytes: found.bytes, mark: markOf(found) }
      }),
    take: (object, to) => onBucket(() => take(bucket, object, to)),
  }
}

/** Another object under the same key has another mark; the same bytes at the same moment are the same object. */
const markOf = ({ etag, bytes, modifiedAt }: FoundObject): string => `${etag}.${bytes}.${modifiedAt}`

/**
 * Not every store heeds a copy's condition, and one in parts could be of two files: so it counts only where the same
 * file is there before it and after it.
 */
async function take(bucket: Bucket, { key, mark }: FormObject, to: string): Promise<boolean> {
  if (!KEY.test(to)) throw new Error(`not a blob key: ${to}`)
  const isThere = async () => {
    const found = await bucket.find(key)
    return found !== undefined && markOf(found) === mark ? found : undefined
  }
  const before = await isThere()
  if (before === undefined) return false
  const failure = await copyObject(bucket, { from: before, to }).then(ignore, (error: unknown) => ({ error }))
  if ((await isThere()) === undefined) {
    await bucket.remove(to)
    return false
  }
  if (failure !== undefined) throw failure.error
  return true
}

const ignore = () => undefined
