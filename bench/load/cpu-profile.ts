// Reading V8's CPU profiles: which functions and packages the time went to.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

interface Frame {
  functionName: string
  url: string
  lineNumber: number
}

interface Profile {
  /** Microseconds of the machine's monotonic clock, as `process.hrtime` has it in every process. */
  startTime: number
  nodes: { id: number; callFrame: Frame }[]
  samples: number[]
  timeDeltas: number[]
}

export interface Cost {
  name: string
  /** Of all time in which the process was not idle. */
  share: number
}

/** A stretch of time, in microseconds of `process.hrtime`. */
export interface Stretch {
  from: number
  to: number
}

export interface Costs {
  /** Both lists begin with the dearest. */
  functions: Cost[]
  rooms: Cost[]
  busySeconds: number
}

/** What was paid within the stretch. Reads the one profile in the folder. */
export async function readCosts(folder: string, { from, to }: Stretch): Promise<Costs> {
  const [file] = (await readdir(folder)).filter(name => name.endsWith('.cpuprofile'))
  if (file === undefined) throw new Error(`no profile in ${folder}`)
  const profile: Profile = JSON.parse(await readFile(path.join(folder, file), 'utf8'))
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
  const functions = new Map<string, number>()
  const rooms = new Map<string, number>()
  let busy = 0
  let at = profile.startTime
  for (const [n, id] of profile.samples.entries()) {
    const microseconds = profile.timeDeltas[n] ?? 0
    at += microseconds
    const frame = frames.get(id)
    if (at < from || at > to || frame === undefined || frame.functionName === '(idle)') continue
    busy += microseconds
    add(functions, nameOf(frame), microseconds)
    add(rooms, roomOf(frame), microseconds)
  }
  return { functions: dearest(functions, busy), rooms: dearest(rooms, busy), busySeconds: busy / 1e6 }
}

const add = (costs: Map<string, number>, name: string, microseconds: number) =>
  costs.set(name, (costs.get(name) ?? 0) + microseconds)

const dearest = (costs: Map<string, number>, busy: number): Cost[] =>
  [...costs]
    .map(([name, microseconds]) => ({ name, share: microseconds / busy }))
    .sort((a, b) => b.share - a.share)

const nameOf = (frame: Frame): string =>
  frame.url === ''
    ? frame.functionName
    : `${frame.functionName || '(anonymous)'} ${shortOf(frame.url)}:${frame.lineNumber + 1}`

const shortOf = (url: string): string =>
  url.replace(/^.*\/(node_modules|src)\//, '').replace(/^file:\/\//, '')

/** A package, a room of the service, Node itself, or what V8 does. */
function roomOf({ url, functionName }: Frame): string {
  const inPackage = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]
  if (inPackage !== undefined) return inPackage
  const room = /\/service\/src\/([^/]+)/.exec(url)?.[1]
  if (room !== undefined) return `service/src/${room}`
  if (url.startsWith('node:')) return 'node'
  return functionName.startsWith('(') ? functionName : 'native'
}
