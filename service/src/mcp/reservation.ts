// Where bytes go that something else sends, and the line that sends them.
import type { Reservation } from '@herbarium/client'
import { z } from 'zod'
import { mediaUrl, status } from './shapes.ts'

export const reservation = z.object({
  asset_id: z.string(),
  status,
  url: mediaUrl,
  upload_url: z.string().describe('Takes the bytes by PUT, and tus 1.0.0; a credential for this one upload'),
  expires_at: z.string().describe('ISO 8601: the upload has to begin before'),
  curl: z.string().describe('Sends the file when it is run in its folder'),
})

/** The token and the form's fields stay behind: `complete` and `retry` act with the key of this process. */
export const presentReservation = (
  it: Reservation,
  fileName: string | undefined,
): z.output<typeof reservation> =>
  reservation.parse({ ...it, curl: curlLine(fileName ?? 'FILE', it.upload_url ?? '') })

/** Without its `-g` curl takes brackets and braces in a name for patterns. */
const curlLine = (fileName: string, url: string): string =>
  `curl -gsS --fail-with-body -T ${quoted(`./${fileName}`)} ${quoted(url)}`

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`
