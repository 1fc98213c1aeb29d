// What the doctor asks of the bucket that the configuration names; its client is loaded only then.
import type { Config } from '../config/config.ts'
import { systemClock } from '../ground/clock.ts'
import { corsWish } from '../upkeep/doctor/cors.ts'
import type { StorePorts } from '../upkeep/doctor/store.ts'
import { placeOf } from './open-blobs.ts'

export function storePorts({ s3, corsOrigins, delivery }: Config): StorePorts | undefined {
  if (s3 === undefined) return undefined
  return {
    bucket: async () => {
      const { probeBucket } = await import('../blobs/s3/probes/bucket.ts')
      return { ...(await probeBucket(s3, systemClock)), place: placeOf(s3) }
    },
    form: async () => {
      const { probeForm } = await import('../blobs/s3/probes/form.ts')
      return probeForm(s3, systemClock)
    },
    cors: async () => {
      const { probeCors } = await import('../blobs/s3/probes/cors.ts')
      return probeCors(s3, systemClock, corsWish(corsOrigins, { isReadThere: delivery === 'redirect' }))
    },
    wantsPages: corsOrigins.length > 0,
  }
}
