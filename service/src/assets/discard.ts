// Removing bytes that nobody needs any more.
import { type Attempt, formKey } from './attempt.ts'
import type { Ports } from './ports.ts'

/** A failure changes nothing that was or will be answered: the sweep removes what is left. */
export const discard = (ports: Pick<Ports, 'blobs'>, key: string): Promise<void> =>
  ports.blobs.remove(key).catch(() => undefined)

/** Where a write lies that was not finished. */
export const unfinishedKey = (key: string): string => key.replace(/^quarantine\//, 'incoming/')

/** A write that was never finished, or was just now. */
export async function discardUnfinished(ports: Pick<Ports, 'blobs'>, key: string): Promise<void> {
  await discard(ports, unfinishedKey(key))
  await discard(ports, key)
}

/** Everything that an attempt has brought; what a form still brings later, the sweep removes. */
export async function discardBytesOf(ports: Pick<Ports, 'blobs' | 'forms'>, attempt: Attempt): Promise<void> {
  if (attempt.received !== null) await discard(ports, attempt.received.key)
  if (attempt.partial !== null) await discardUnfinished(ports, attempt.partial.key)
  if (mayHavePosted(ports, attempt)) await discard(ports, formKey(attempt))
}

/** Of received bytes it is known whether the form has brought some, too. */
export const mayHavePosted = ({ forms }: Pick<Ports, 'forms'>, attempt: Attempt): boolean =>
  attempt.formObject !== null ||
  (forms !== undefined && attempt.state === 'open' && attempt.transport !== 'url')
