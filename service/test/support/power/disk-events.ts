// What system calls did to a disk, and what the process told others meanwhile.
import { descriptorOf, type SystemCall, systemCalls, textsIn } from './strace-lines.ts'

export type DiskEvent =
  | { kind: 'create'; path: string; truncates: boolean; appends: boolean }
  /** Without `at` the bytes go where the last ones ended. */
  | { kind: 'write'; path: string; at: number | undefined; bytes: number; thread: string }
  | { kind: 'truncate'; path: string; bytes: number }
  /** Covers what was done before it began, and is done only when it ends. */
  | { kind: 'sync began'; path: string; sync: number }
  | { kind: 'sync ended'; path: string; sync: number; how: 'fsync' | 'fdatasync' }
  | { kind: 'sync failed'; path: string }
  | { kind: 'rename' | 'link'; from: string; to: string }
  | { kind: 'unlink' | 'mkdir'; path: string }
  /** Bytes to a socket: as much of them as strace shows. */
  | { kind: 'send'; text: string; thread: string }
  /** The thread wakes another of its process, which may learn then what it has done. */
  | { kind: 'wake'; thread: string }

/** The system calls to record for it. */
export const RECORDED_CALLS = [
  'openat,write,writev,pwrite64,pwritev,pwritev2,ftruncate,fsync,fdatasync,sendto,sendmsg',
  'link,linkat,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat',
].join(',')

interface Timed {
  at: number
  event: DiskEvent
}

/** In the order in which they took effect, as far as anyone could know. */
export const diskEvents = (log: string): DiskEvent[] =>
  systemCalls(log)
    .flatMap(eventsOf)
    .sort((a, b) => a.at - b.at)
    .map(({ event }) => event)

function eventsOf(call: SystemCall): Timed[] {
  if (call.name === 'fsync' || call.name === 'fdatasync') return syncsOf(call, call.name)
  if (call.result !== undefined && call.result < 0) return []
  const event = eventOf(call)
  return event === undefined ? [] : [{ at: call.began, event }]
}

function syncsOf(call: SystemCall, how: 'fsync' | 'fdatasync'): Timed[] {
  const path = descriptorOf(call.args)
  const sync = call.began
  const began: Timed = { at: call.began, event: { kind: 'sync began', path, sync } }
  if (call.result === undefined) return [began]
  if (call.result < 0) return [began, { at: call.ended, event: { kind: 'sync failed', path } }]
  return [began, { at: call.ended, event: { kind: 'sync ended', path, sync, how } }]
}

function eventOf(call: SystemCall): DiskEvent | undefined {
  const { name, args } = call
  const [first = '', second = ''] = textsIn(args)
  switch (name) {
    case 'openat':
      return /O_CREAT|O_TRUNC/.test(args)
        ? {
            kind: 'create',
            path: first,
            truncates: args.includes('O_TRUNC'),
            appends: args.includes('O_APPEND'),
          }
        : undefined
    case 'ftruncate':
      return { kind: 'truncate', path: descriptorOf(args), bytes: lastNumber(args) }
    case 'rename':
    case 'renameat':
    case 'renameat2':
      return { kind: 'rename', from: first, to: second }
    case 'link':
    case 'linkat':
      return { kind: 'link', from: first, to: second }
    case 'unlink':
    case 'unlinkat':
      return { kind: 'unlink', path: first }
    case 'mkdir':
    case 'mkdirat':
      return { kind: 'mkdir', path: first }
    default:
      return written(call)
  }
}

function written({ thread, name, args, result }: SystemCall): DiskEvent | undefined {
  const path = descriptorOf(args)
  if (path === 'anon_inode:[eventfd]') return { kind: 'wake', thread }
  if (path.startsWith('socket:') || path.startsWith('TCP'))
    return { kind: 'send', text: textsIn(args).join(''), thread }
  if (!path.startsWith('/') || name.startsWith('send')) return undefined
  const isPlaced = name.startsWith('pwrite')
  return {
    kind: 'write',
    path,
    at: isPlaced ? lastNumber(name === 'pwritev2' ? args.replace(/, \w+$/, '') : args) : undefined,
    bytes: result ?? lastSize(name, args),
    thread,
  }
}

/** Of `pwritev2` its flags follow the place. */
const lastNumber = (args: string): number => Number(/(\d+)$/.exec(args)?.[1] ?? 0)

/** A write that was never answered may have happened: its own words say how long it is. */
function lastSize(name: string, args: string): number {
  if (name.includes('writev'))
    return [...args.matchAll(/iov_len=(\d+)/g)].reduce((sum, match) => sum + Number(match[1]), 0)
  return Number(/, (\d+)(?:, \d+)?$/.exec(args)?.[1] ?? 0)
}
