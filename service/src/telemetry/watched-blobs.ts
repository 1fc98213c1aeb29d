// Bytes that are watched: calls of the store, and each file from its first byte until it is durable or given up.
import type { Blobs, BlobWriter, SavedBytes } from '../assets/ports.ts'
import { type Watch, watched } from './watch.ts'

const RECEIVE = { port: 'blobs', operation: 'receive' }
const LEND = { port: 'blobs', operation: 'lend' }

/** `read` is over once the bytes may be asked for: how long they take goes by whoever takes them. */
export function watchedBlobs<B extends Blobs>(blobs: B, watch: Watch): B {
  const { put, saved, promote, read, remove } = blobs
  const calls = watched({ put, saved, promote, read, remove }, 'blobs', watch)
  return {
    ...blobs,
    ...calls,
    saved: async (key, sizeBytes) => {
      const found = await calls.saved(key, sizeBytes)
      return found && watchedSaved(found, watch)
    },
    create: async key => watchedWriter(await blobs.create(key), watch),
    withFile: (key, use) => watch(LEND, () => blobs.withFile(key, use)),
  }
}

const watchedSaved = (found: SavedBytes, watch: Watch): SavedBytes => ({
  ...found,
  append: async () => watchedWriter(await found.append(), watch),
})

/** What is given up counts as a failure; what is closed goes on later. */
function watchedWriter(writer: BlobWriter, watch: Watch): BlobWriter {
  const { promise: over, resolve: end, reject } = Promise.withResolvers<void>()
  watch(RECEIVE, () => over).catch(() => undefined)
  const { save, commit } = writer
  const calls = watched({ save, commit }, 'blobs', watch)
  return {
    ...writer,
    save: calls.save,
    commit: () => calls.commit().then(end),
    close: () => writer.close().finally(end),
    abort: () => writer.abort().finally(() => reject(new Error('given up'))),
  }
}
