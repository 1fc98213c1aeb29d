// The bucket's own URL, as browsers reach it.
import { S3Client } from '@aws-sdk/client-s3'
import type { BucketSettings } from './clients.ts'

/** Without a slash at its end. Path or host style and a region's domain are for the SDK to know. */
export function publicAddress(settings: BucketSettings): string {
  const { bucket, region, forcePathStyle } = settings
  const endpoint = settings.publicEndpoint ?? settings.endpoint
  const client = new S3Client({ region })
  const { url } = client.config.endpointProvider({
    Bucket: bucket,
    Region: region,
    ForcePathStyle: forcePathStyle,
    ...(endpoint !== undefined && { Endpoint: endpoint }),
  })
  client.destroy()
  return url.toString().replace(/\/$/, '')
}
