// A mark in a bucket that an installation's bytes move to, so that nothing starts on half of them.
import type { MoveMark } from '../../upkeep/move-ports.ts'
import type { Bucket } from './bucket.ts'
import { onBucket } from './trouble.ts'

/** No blob has such a key. */
const MARK = 'moving'

export const createMoveMark = (bucket: Bucket): MoveMark => ({
  find: () => onBucket(async () => (await bucket.find(MARK))?.metadata.source),
  put: source => onBucket(() => bucket.put(MARK, Buffer.from(`${source}\n`), { source })),
  remove: () => onBucket(() => bucket.remove(MARK)),
})
