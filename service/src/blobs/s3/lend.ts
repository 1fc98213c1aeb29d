// Objects as local files, for the programs that look into them: a few at a time, and gone afterwards.
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { unavailable } from '../../ground/errors.ts'
import { createTurns } from '../../ground/turns.ts'
import type { Bucket } from './bucket.ts'
import { bytesOf } from './read-object.ts'
import { notThere, onBucket } from './trouble.ts'

/** So many files at most lie there at once. */
const LENT_AT_ONCE = 4

export interface Lending {
  /** Those who want the same object at once have one file between them. */
  lend<T>(key: string, use: (file: string) => Promise<T>): Promise<T>
  /** Where an object lies that is lent right now. */
  lentFile(key: string): string | undefined
}

/** The first loan makes the folder, and removes what a process left there that was killed. */
export function createLending(bucket: Bucket, folder: string): Lending {
  const turns = createTurns(LENT_AT_ONCE, () => new Error('nothing more is lent'))
  const loans = new Map<string, Loan>()
  let prepared: Promise<void> | undefined
  const place = async () => {
    prepared ??= prepare(folder)
    await prepared.catch(error => {
      prepared = undefined
      throw unavailable(error)
    })
    return path.join(folder, `${process.pid}.${randomBytes(8).toString('hex')}`)
  }
  const begin = (key: string): Loan => {
    const [ready, over] = [Promise.withResolvers<string>(), Promise.withResolvers<void>()]
    const loan: Loan = { ready: ready.promise, file: undefined, users: 0, end: over.resolve }
    loans.set(key, loan)
    const keep = async () => {
      const file = await place()
      try {
        await onBucket(() => fetchTo(bucket, key, file))
        loan.file = file
        ready.resolve(file)
        await over.promise
      } finally {
        await rm(file, { force: true })
      }
    }
    turns.take(keep).catch(ready.reject)
    return loan
  }
  return {
    lend: async (key, use) => {
      const loan = loans.get(key) ?? begin(key)
      loan.users++
      try {
        return await use(await loan.ready)
      } finally {
        loan.users--
        if (loan.users === 0) {
          loans.delete(key)
          loan.end()
        }
      }
    },
    lentFile: key => loans.get(key)?.file,
  }
}

interface Loan {
  ready: Promise<string>
  /** Once it is there. */
  file: string | undefined
  users: number
  end: () => void
}

async function prepare(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await removeAbandoned(folder)
}

async function fetchTo(bucket: Bucket, key: string, file: string): Promise<void> {
  const found = await bucket.get(key)
  if (found === undefined) throw notThere(key)
  const target = createWriteStream(file, { flags: 'wx', mode: 0o600 })
  await pipeline(bytesOf(found.body), target).catch(error => {
    throw unavailable(error)
  })
  if (target.bytesWritten !== found.bytes) throw unavailable(new Error(`${key} came in part`))
}

/** A name begins with its process, which may be another command that is at work here. */
async function removeAbandoned(folder: string): Promise<void> {
  const startedAt = Date.now() - process.uptime() * 1000
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name)
    const pid = Number(name.split('.')[0])
    const isOld = ((await stat(file).catch(() => undefined))?.mtimeMs ?? startedAt) < startedAt
    if (isOld && (pid === process.pid || !isRunning(pid))) await rm(file, { force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
