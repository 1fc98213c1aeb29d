// Reading what strace wrote (`-f -y`): lines become system calls, each with the moments it began and ended.

export interface SystemCall {
  /** The thread that made it. */
  thread: string
  name: string
  /** As printed, without the parentheses. */
  args: string
  /** What it returned; undefined for one that never did, because the process was killed. */
  result: number | undefined
  /** Line numbers: what others did between them happened meanwhile. */
  began: number
  ended: number
}

const WHOLE = /^(\d+) +(\w+)\((.*)\) += (-?\d+|\?)/
const UNFINISHED = /^(\d+) +(\w+)\((.*?),? *<unfinished \.\.\.>$/
const RESUMED = /^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (-?\d+|\?)/

/** In the order in which they began. Lines that are no calls (signals, exits) are left out. */
export function systemCalls(log: string): SystemCall[] {
  const calls: SystemCall[] = []
  const open = new Map<string, SystemCall>()
  for (const [at, line] of log.split('\n').entries()) {
    const resumed = RESUMED.exec(line)
    const call = resumed === null ? begun(line, at) : open.get(resumed[1] ?? '')
    if (call === undefined) continue
    if (resumed !== null) {
      call.args += resumed[3] ?? ''
      call.result = resultOf(resumed[4])
      call.ended = at
      open.delete(resumed[1] ?? '')
      continue
    }
    calls.push(call)
    if (call.ended === Number.POSITIVE_INFINITY) open.set(/^\d+/.exec(line)?.[0] ?? '', call)
  }
  return calls
}

function begun(line: string, at: number): SystemCall | undefined {
  const [, caller = '', called = '', words = ''] = UNFINISHED.exec(line) ?? []
  if (called !== '')
    return {
      thread: caller,
      name: called,
      args: words,
      result: undefined,
      began: at,
      ended: Number.POSITIVE_INFINITY,
    }
  const [whole, thread = '', name = '', args = '', result] = WHOLE.exec(line) ?? []
  return whole === undefined
    ? undefined
    : { thread, name, args, result: resultOf(result), began: at, ended: at }
}

const resultOf = (text: string | undefined): number | undefined =>
  text === undefined || text === '?' ? undefined : Number(text)

/** The file or socket a call's first descriptor stands for: `23</tmp/a>` is /tmp/a. */
export const descriptorOf = (args: string): string => /^\d+<([^>]*)>/.exec(args)?.[1] ?? ''

/** Everything in quotes, in order; strace shows at most its `-s` bytes of each. */
export const textsIn = (args: string): string[] =>
  [...args.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(match => match[1] ?? '')
