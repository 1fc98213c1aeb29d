// Removing bytes that nobody needs any more.
import type { Ports } from './ports.ts'

/** Done after a commit, so a failure changes nothing that was answered: the sweep removes what is left. */
export const discard = (ports: Pick<Ports, 'blobs'>, key: string): Promise<void> =>
  ports.blobs.remove(key).catch(() => undefined)
