// The look at an upload's bytes: begun as soon as they are whole, and shared by all who wait for it.
import { admit, type Promised, type Verdict } from './admit.ts'
import type { ReceivedBytes } from './attempt.ts'
import type { Ports } from './ports.ts'

/** The looks this process has under way, by the bytes' key. */
export type Looks = Map<string, Promise<Verdict>>

/** Looks at the bytes, or joins whoever does. Throws `unavailable` when they cannot be judged right now. */
export function look(
  ports: Pick<Ports, 'blobs' | 'media' | 'scanner' | 'looks'>,
  bytes: ReceivedBytes,
  promised: Promised,
): Promise<Verdict> {
  const begun = ports.looks.get(bytes.key)
  if (begun !== undefined) return begun
  const verdict = admit(ports, bytes, promised).finally(() => ports.looks.delete(bytes.key))
  ports.looks.set(bytes.key, verdict)
  return verdict
}
