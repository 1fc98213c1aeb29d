// Adapters around the servants that count their calls and let the planned one fail.
import type { Blobs, BlobWriter } from '../../../src/assets/ports.ts'
import type { Records, Servants } from '../../../src/service.ts'
import type { Faults } from './faults.ts'

/** Asked on a timer rather than in a verb's course: they crash with the rest and are not counted. */
const ON_A_TIMER = new Set(['jobs.claim', 'jobs.renew'])

/** Rows and bytes that fail as planned; everything else is as it was. */
export const failingServants = (servants: Servants, faults: Faults): Servants => ({
  ...servants,
  blobs: { ...servants.blobs, ...failingBlobs(servants.blobs, faults) },
  records: failingRecords(servants.records, faults),
})

export const failingRecords = (records: Records, faults: Faults): Records => ({
  ...records,
  ...failing(requestsOf(records), 'requests', faults),
  workspaces: failing(records.workspaces, 'workspaces', faults),
  keys: failing(records.keys, 'keys', faults),
  projects: failing(records.projects, 'projects', faults),
  assets: failing(records.assets, 'assets', faults),
  jobs: failing(records.jobs, 'jobs', faults),
})

const requestsOf = ({ findRequest, saveRequest, forgetRequests }: Records) => ({
  findRequest,
  saveRequest,
  forgetRequests,
})

type Method = (...args: never[]) => Promise<unknown>

/** The same port, each of its methods through `faults`. */
function failing<P extends { [K in keyof P]: Method }>(port: P, name: string, faults: Faults): P {
  const methods = Object.entries<Method>(port).map(([method, act]) => {
    const called = `${name}.${method}`
    const through = async (...args: never[]) => {
      if (!ON_A_TIMER.has(called)) return faults.call(called, () => act(...args))
      if (faults.isCrashed()) throw new Error(`${called} was called after the crash`)
      return act(...args)
    }
    return [method, through]
  })
  return Object.fromEntries(methods) as P // each method has its own type still
}

export function failingBlobs(blobs: Blobs, faults: Faults): Blobs {
  const { create, put, saved, promote, read, withFile, remove, leftovers } = blobs
  const opened = async (opening: Promise<BlobWriter>) => {
    const writer = await opening
    openWriters.add(writer)
    return failingWriter(writer, faults)
  }
  return {
    ...failing({ promote, read, remove }, 'blobs', faults),
    withFile: (key, use) => faults.call('blobs.withFile', () => withFile(key, use)),
    put: (key, bytes) =>
      faults.call(
        'blobs.put',
        () => put(key, bytes),
        async () => writeHalf(await opened(create(key)), bytes),
      ),
    create: key => faults.call('blobs.create', () => opened(create(key))),
    saved: (key, sizeBytes) =>
      faults.call('blobs.saved', async () => {
        const bytes = await saved(key, sizeBytes)
        return bytes && { ...bytes, append: () => faults.call('saved.append', () => opened(bytes.append())) }
      }),
    leftovers: async function* (time) {
      const pages: string[][] = []
      await faults.call('blobs.leftovers', async () => {
        for await (const page of leftovers(time)) pages.push(page)
      })
      yield* pages
    },
  }
}

/** A process that ended closes no file: kept here, lest a collection closes it with a warning. */
const openWriters = new Set<BlobWriter>()

function failingWriter(writer: BlobWriter, faults: Faults): BlobWriter {
  return {
    write: bytes =>
      faults.call(
        'writer.write',
        () => writer.write(bytes),
        () => writeHalf(writer, bytes),
      ),
    save: () => faults.call('writer.save', writer.save),
    commit: () =>
      faults.call('writer.commit', async () => {
        await writer.commit()
        openWriters.delete(writer)
      }),
    close: async () => {
      if (faults.isCrashed()) return
      await writer.close()
      openWriters.delete(writer)
    },
    abort: async () => {
      if (faults.isCrashed()) return
      await writer.abort()
      openWriters.delete(writer)
    },
  }
}

/** In so many pieces that even a writer which gathers them has written some. */
async function writeHalf(writer: BlobWriter, bytes: Uint8Array): Promise<void> {
  const half = bytes.subarray(0, bytes.byteLength >> 1)
  const step = Math.max(1, Math.floor(half.byteLength / 1024))
  for (let at = 0; at < half.byteLength; at += step) await writer.write(half.subarray(at, at + step))
}
