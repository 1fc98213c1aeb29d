// The real server under strace while clients work, killed in the middle: the record, and what the clients were told.
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { wireTo } from '../kill/asking.ts'
import type { Told } from '../kill/told.ts'
import { type Answered, noneAnswered, workUntilKilled } from '../kill/work.ts'
import { firstTenant } from '../process-tenant.ts'
import { startProcess } from '../start-process.ts'
import { type DiskEvent, diskEvents, RECORDED_CALLS } from './disk-events.ts'
import { listExisting } from './lose-power.ts'
import { underStrace } from './strace.ts'

export interface Session {
  dataDir: string
  /** What stood in the folder before. */
  existing: Awaited<ReturnType<typeof listExisting>>
  events: DiskEvent[]
  answered: Answered
}

/** An answer's headers fit in so many bytes. */
const SHOWN_BYTES = 1024

/** Adds to the ledger what clients are told in this session. The folder is left as the kill left it. */
export async function recordSession(
  dataDir: string,
  ledger: Told[],
  { workers, forMs }: { workers: number; forMs: number },
): Promise<Session> {
  const existing = await listExisting(dataDir)
  const logFile = `${dataDir}.strace`
  const watched = [
    '-y',
    '-s',
    String(SHOWN_BYTES),
    '-o',
    logFile,
    '--seccomp-bpf',
    '-e',
    `trace=${RECORDED_CALLS}`,
  ]
  const server = await startProcess({ dataDir, under: underStrace(...watched) })
  try {
    const answered = noneAnswered()
    const tenant = await firstTenant(server)
    await workUntilKilled(wireTo(server, tenant), ledger, { workers, forMs, answered })
    const events = diskEvents(await readFile(logFile, 'latin1'))
    return { dataDir: path.resolve(dataDir), existing, events, answered }
  } finally {
    await server.close()
    await rm(logFile, { force: true })
  }
}
