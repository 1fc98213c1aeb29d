// One file's way to a ready asset, whichever it takes.
import { aborted, invalidOption } from './errors.ts'
import { openSource, type SourceFile, type UploadSource } from './source.ts'
import { uploadDirectly } from './upload-directly.ts'
import type { UploadOptions, UploadPorts } from './upload-options.ts'
import { uploadReserved } from './upload-reserved.ts'
import type { Asset } from './wire.ts'

const MAX_DIRECT_BYTES = 4 * 1024 * 1024
/** What a request under way makes can be removed only once it has answered; nobody waits longer for that. */
const CLEARING_MS = 10_000

/**
 * Resolves to the ready asset. Throws a HerbariumError: `failed_verification` where the bytes were refused, `aborted`
 * after what had been made was removed, and what the API refuses with. What could not be finished stays reserved: the
 * next upload of the same file goes on with it where a store remembers it.
 */
export async function upload(
  ports: UploadPorts,
  source: UploadSource,
  options: UploadOptions = {},
): Promise<Asset> {
  const { signal } = options
  if (signal?.aborted) throw aborted(signal)
  const file = await openSource(source, options.name)
  const run = goesDirectly(ports, file, options) ? uploadDirectly : uploadReserved
  return within(run(ports, file, options), signal)
}

function goesDirectly({ hasKey }: UploadPorts, { blob }: SourceFile, options: UploadOptions): boolean {
  const isPossible = hasKey && options.reservation === undefined
  if (options.method === 'direct' && !isPossible)
    throw invalidOption('method', 'can be direct only with an API key and without a reservation')
  return options.method === undefined
    ? isPossible && blob.size <= MAX_DIRECT_BYTES
    : options.method === 'direct'
}

/** Once it is aborted the work clears up and ends by itself; that goes on even where it is no longer waited for. */
async function within<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  const over = new AbortController()
  const overdue = new Promise<never>((_resolve, reject) => {
    const start = () => {
      const timer = setTimeout(() => reject(aborted(signal)), CLEARING_MS)
      over.signal.addEventListener('abort', () => clearTimeout(timer))
    }
    signal.addEventListener('abort', start, { once: true, signal: over.signal })
  })
  return Promise.race([work, overdue]).finally(() => over.abort())
}
