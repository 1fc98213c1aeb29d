// What the commands of the model act on: the real verbs over real rows and files, with a clock that stands still.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { CompletePorts } from '../../../src/assets/complete.ts'
import type { Ports } from '../../../src/assets/ports.ts'
import { runDiscard } from '../../../src/assets/run-discard.ts'
import { runSettle } from '../../../src/assets/run-settle.ts'
import { openDerivatives } from '../../../src/blobs/derivatives/open-derivatives.ts'
import { type DiskBlobs, openDisk } from '../../../src/blobs/disk/open-disk.ts'
import { type Clock, systemClock } from '../../../src/ground/clock.ts'
import { randomIds } from '../../../src/ground/ids.ts'
import { openBackground } from '../../../src/jobs/background.ts'
import { openMedia } from '../../../src/media/open-media.ts'
import type { ProjectRecords } from '../../../src/projects/ports.ts'
import type { Records } from '../../../src/records/records.ts'
import { openSqlite } from '../../../src/records/sqlite/open-sqlite.ts'
import { createRemote } from '../../../src/remote/create-remote.ts'
import { noScanner } from '../../../src/scan/no-scanner.ts'
import { failingBlobs, failingRecords } from '../faults/around-servants.ts'
import { createFaults, type Faults } from '../faults/faults.ts'

export type VerbPorts = Ports &
  CompletePorts & { projects: ProjectRecords } & Pick<
    Records,
    'forgetRequests' | 'events' | 'webhooks' | 'secrets'
  > & {
    eventsTtlMs: number
  }

export interface ModelWorld {
  dataDir: string
  /** As this process has them: a crash or a restart gives others. */
  readonly ports: VerbPorts
  readonly faults: Faults
  records(): Records
  advance(ms: number): void
  /** The process ends where it stands; what it knew is forgotten. Rows and files are as it left them. */
  crash(): void
  /** As `crash`, and everything is opened again from the disk. */
  restart(): Promise<void>
  close(): Promise<void>
}

export const TTL_MS = 3_600_000

export async function openModelWorld(): Promise<ModelWorld> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'herbarium-states-'))
  const media = openMedia()
  const beganAt = Date.now()
  let aheadMs = 0
  const clock: Clock = { now: () => beganAt + aheadMs, delay: systemClock.delay }
  let opened = await openServants(dataDir, clock)
  let running = begin(opened, { media, clock })
  return {
    dataDir,
    get ports() {
      return running.ports
    },
    get faults() {
      return running.faults
    },
    records: () => opened.records,
    advance: ms => {
      aheadMs += ms
    },
    crash: () => {
      running = begin(opened, { media, clock })
    },
    restart: async () => {
      await opened.close()
      opened = await openServants(dataDir, clock)
      running = begin(opened, { media, clock })
    },
    close: async () => {
      await opened.close()
      await media.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

interface Opened {
  records: Records
  blobs: DiskBlobs
  background: Ports['background']
  /** What a job of this process acts on. */
  serve(ports: VerbPorts): void
  close(): Promise<void>
}

async function openServants(dataDir: string, clock: Clock): Promise<Opened> {
  const records = await openSqlite(dataDir)
  const blobs = await openDisk(path.join(dataDir, 'blobs'))
  const keptPictures = openDerivatives({ folder: path.join(dataDir, 'derivatives'), maxBytes: 0, clock })
  let served: VerbPorts | undefined
  const background = openBackground(
    { jobs: records.jobs, clock },
    {
      isPolling: true,
      owner: randomIds.token(),
      run: {
        fetch: async () => undefined,
        settle: async job => (served === undefined ? undefined : runSettle(served, job)),
        collect: async () => undefined,
        discard: job => runDiscard({ blobs, keptPictures }, job), // beside the planned faults: nobody knows when it runs
      },
      onError: () => undefined,
    },
  )
  return {
    records,
    blobs,
    background,
    serve: ports => {
      served = ports
    },
    close: async () => {
      await background.close()
      await records.close()
    },
  }
}

function begin(opened: Opened, { media, clock }: { media: Ports['media']; clock: Clock }) {
  const faults = createFaults()
  const records = failingRecords(opened.records, faults)
  const ports: VerbPorts = {
    assets: records.assets,
    projects: records.projects,
    blobs: failingBlobs(opened.blobs, faults),
    forms: undefined,
    media,
    scanner: noScanner,
    remote: createRemote({ ports: [443], hostAllowlist: [] }),
    background: opened.background,
    clock,
    ids: randomIds,
    looks: new Map(),
    uploads: new Map(),
    hashes: new Map(),
    forgetRequests: records.forgetRequests,
    events: opened.records.events,
    webhooks: opened.records.webhooks,
    secrets: opened.records.secrets,
    eventsTtlMs: Number.POSITIVE_INFINITY, // the model knows of no log
    policy: {
      ttlMs: TTL_MS,
      maxBytes: 1_000_000,
      ticketKid: () => 'kid',
      maxPending: 10_000,
      stripMetadata: false,
    },
    verifications: new Map(),
    completeWaitMs: 25_000,
  }
  opened.serve(ports)
  return { ports, faults }
}
