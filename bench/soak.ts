// Hours of ordinary days: whole flows, some cut off and some of garbage, after which a server must be as it was.
import { parseArgs } from 'node:util'
import { type Herbarium, startHerbarium } from './contestants/herbarium.ts'
import { leftAfter } from './contestants/stored.ts'
import { alongside } from './goals/alongside.ts'
import { descriptorsOf, residentMiB } from './load/process-watch.ts'
import { median, slope } from './load/statistics.ts'
import { type Counts, live } from './soak/live.ts'
import { wholeNumber } from './whole-number.ts'

const SAMPLE_MS = 10_000
/** Until then a server fills its caches and its code is compiled. */
const WARM_MINUTES = 5
const MOST_MIB_A_MINUTE = 1
/** Connections and files that happen to be open differ from one sample to another. */
const MOST_MORE_DESCRIPTORS = 8
const GONE_WITHIN_MS = 30_000
const SAY_EVERY = 30

interface Sample {
  minute: number
  memoryMiB: number
  descriptors: number
}

/** `--minutes N --workers N`; ends with 1 where the server is not as it was. */
export async function runSoak(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { minutes: { type: 'string', default: '30' }, workers: { type: 'string', default: '4' } },
  })
  const minutes = wholeNumber('--minutes', values.minutes)
  const workers = wholeNumber('--workers', values.workers)
  const faults = await alongside([startHerbarium], async ([herbarium]) => {
    const { counts, samples } = await soak(herbarium, { minutes, workers })
    console.log(JSON.stringify(counts))
    // Half of a run that is shorter than all this was meant for.
    const settled = samples.filter(({ minute }) => minute >= Math.min(WARM_MINUTES, minutes / 2))
    return [...growthOf(settled), ...(await leftBy(herbarium))]
  })
  for (const fault of faults) console.error(fault)
  console.log(faults.length === 0 ? `sound after ${minutes} minutes` : 'broken')
  if (faults.length > 0) process.exitCode = 1
}

async function soak(
  herbarium: Herbarium,
  { minutes, workers }: { minutes: number; workers: number },
): Promise<{ counts: Counts; samples: Sample[] }> {
  const began = performance.now()
  const minute = () => (performance.now() - began) / 60_000
  const samples: Sample[] = []
  const sample = () => {
    samples.push({
      minute: minute(),
      memoryMiB: residentMiB(herbarium.pid),
      descriptors: descriptorsOf(herbarium.pid),
    })
    if (samples.length % SAY_EVERY === 0) console.log(inWords(samples.slice(-1)))
  }
  const timer = setInterval(sample, SAMPLE_MS)
  try {
    return { counts: await live(herbarium, { workers, isOver: () => minute() >= minutes }), samples }
  } finally {
    clearInterval(timer)
  }
}

function inWords(samples: Sample[]): string {
  const memory = median(samples.map(({ memoryMiB }) => memoryMiB)).toFixed(0)
  return `minute ${samples.at(-1)?.minute.toFixed(0)}: ${memory} MiB, ${median(samples.map(({ descriptors }) => descriptors))} descriptors`
}

/** Says how both went, whatever they should have been. */
function growthOf(samples: Sample[]): string[] {
  const third = Math.ceil(samples.length / 3)
  const [early, late] = [samples.slice(0, third), samples.slice(-third)]
  const mibAMinute = slope(samples.map(({ minute, memoryMiB }) => ({ x: minute, y: memoryMiB })))
  const more = descriptors(late) - descriptors(early)
  console.log(`${inWords(early)}\n${inWords(late)}\nslope of memory: ${mibAMinute.toFixed(2)} MiB a minute`)
  return [
    ...(mibAMinute < MOST_MIB_A_MINUTE ? [] : [`memory grows by ${mibAMinute.toFixed(2)} MiB a minute`]),
    ...(more <= MOST_MORE_DESCRIPTORS ? [] : [`${more} more descriptors are open than before`]),
  ]
}

const descriptors = (samples: Sample[]): number => median(samples.map(sample => sample.descriptors))

/** Everything was deleted, so nothing may be left. */
async function leftBy(herbarium: Herbarium): Promise<string[]> {
  const faults: string[] = []
  for (const area of ['incoming', 'quarantine', 'media'] as const) {
    const left = await leftAfter(herbarium, area, GONE_WITHIN_MS)
    if (left > 0) faults.push(`${left} files are left in blobs/${area}`)
  }
  return faults
}
