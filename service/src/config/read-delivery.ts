// Who sends the bytes of media, and what each way needs.
import type { S3Config } from './read-s3.ts'
import { choice, isPublicAddress, type Variables } from './read-variables.ts'

export type Delivery = 'stream' | 'redirect' | 'x-accel'

export function delivery(
  variables: Variables,
  { bucket, allowInsecure }: { bucket: S3Config | undefined; allowInsecure: boolean },
): Delivery {
  const chosen = choice<Delivery>(variables, 'DELIVERY', ['stream', 'redirect', 'x-accel'])
  const isInBucket = variables.text('S3_BUCKET') !== undefined
  if (chosen === 'redirect' && !isInBucket)
    variables.complain(
      'DELIVERY is redirect, which needs a store that clients can reach: set S3_BUCKET, or set DELIVERY to stream or x-accel.',
    )
  if (chosen === 'x-accel' && isInBucket)
    variables.complain(
      'DELIVERY is x-accel, for which bytes must be files in DATA_DIR: unset S3_BUCKET, or set DELIVERY to stream or redirect.',
    )
  if (chosen === 'redirect' && bucket?.publicEndpoint === undefined)
    mustBePublic(variables, bucket?.endpoint, { allowInsecure })
  return chosen
}

/** What is said of a public address that was given is said where it is read. */
function mustBePublic(
  variables: Variables,
  endpoint: string | undefined,
  { allowInsecure }: { allowInsecure: boolean },
): void {
  if (endpoint === undefined || variables.text('S3_PUBLIC_ENDPOINT') !== undefined) return
  if (!isPublicAddress(endpoint, { allowInsecure }))
    variables.complain(
      `DELIVERY is redirect, and clients would be sent to S3_ENDPOINT ${endpoint} without TLS: set S3_PUBLIC_ENDPOINT to the store's https:// address, or set DELIVERY to stream.`,
    )
}
