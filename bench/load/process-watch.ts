// What a process and its descendants take of the machine, read from Linux's /proc.
import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks a second, as Linux tells them to programs on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100
const SAMPLE_MS = 50

export interface Taken {
  cpuSeconds: number
  /** The highest sum of resident memory, shared pages counted once a process. */
  peakMiB: number
}

export interface Watch {
  stop(): Taken
}

export function watchProcess(pid: number): Watch {
  const before = look(pid)
  let peakMiB = before.residentMiB
  const timer = setInterval(() => {
    peakMiB = Math.max(peakMiB, look(pid).residentMiB)
  }, SAMPLE_MS)
  return {
    stop: () => {
      clearInterval(timer)
      const after = look(pid)
      return {
        cpuSeconds: after.cpuSeconds - before.cpuSeconds,
        peakMiB: Math.max(peakMiB, after.residentMiB),
      }
    },
  }
}

export const residentMiB = (pid: number): number => look(pid).residentMiB

/** Open descriptors of the process alone. */
export const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

/** What children that have ended took is in their parent's second pair of times. */
function look(pid: number): { cpuSeconds: number; residentMiB: number } {
  const sum = { cpuSeconds: 0, residentMiB: 0 }
  for (const one of familyOf(pid)) {
    try {
      const stat = readFileSync(`/proc/${one}/stat`, 'latin1')
      const times = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .slice(11, 15)
      const kilobytes = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${one}/status`, 'latin1'))?.[1]
      sum.cpuSeconds += times.reduce((ticks, time) => ticks + Number(time), 0) / TICKS_PER_SECOND
      sum.residentMiB += Number(kilobytes ?? 0) / 1024
    } catch {
      // it has ended meanwhile
    }
  }
  return sum
}

function familyOf(pid: number): number[] {
  const family = [pid]
  for (const one of family)
    try {
      for (const task of readdirSync(`/proc/${one}/task`)) {
        const children = readFileSync(`/proc/${one}/task/${task}/children`, 'latin1')
        family.push(...children.split(' ').filter(Boolean).map(Number))
      }
    } catch {
      // it has ended meanwhile
    }
  return family
}
