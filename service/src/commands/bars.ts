// What is on its way: on a terminal a bar for each thing and one for all, elsewhere only the lines that stay.
import { createLogUpdate } from 'log-update'
import type { OutputOptions } from './output.ts'
import { barOf, shareOf } from './progress.ts'

const EVERY_MS = 100
const NAME_COLUMNS = 32

export interface Bars {
  /** `done` of `whole` parts of this thing are there; each thing has a name of its own. */
  show(name: string, done: number, whole: number): void
  /** It is over, however it went. */
  end(name: string, whole: number): void
  /** A line on stdout, above the bars. */
  print(line: string): void
  /** Takes the bars away. */
  close(): void
}

/** `whole` counts the parts of all things together. */
export function openBars({ count, whole }: { count: number; whole: number }, { json }: OutputOptions): Bars {
  const isShown = process.stdout.isTTY && process.stderr.isTTY && json !== true
  return isShown ? terminalBars(count, whole) : linesAlone
}

const linesAlone: Bars = {
  show: () => undefined,
  end: () => undefined,
  print: line => console.log(line),
  close: () => undefined,
}

function terminalBars(count: number, whole: number): Bars {
  const update = createLogUpdate(process.stderr)
  const underWay = new Map<string, { done: number; whole: number }>()
  let over = { count: 0, parts: 0 }
  let drawnAt = 0
  const draw = () => {
    const done = [...underWay.values()].reduce((sum, thing) => sum + thing.done, over.parts)
    const lines = [...underWay].map(([name, thing]) => lineOf(name, thing))
    update([...lines, lineOf(`${over.count} of ${count}`, { done, whole })].join('\n'))
    drawnAt = performance.now()
  }
  return {
    show: (name, done, parts) => {
      underWay.set(name, { done, whole: parts })
      if (performance.now() - drawnAt >= EVERY_MS) draw()
    },
    end: (name, parts) => {
      underWay.delete(name)
      over = { count: over.count + 1, parts: over.parts + parts }
      draw()
    },
    print: line => {
      update.clear()
      console.log(line)
      draw()
    },
    close: () => {
      update.clear()
      update.done()
    },
  }
}

/** A long name is known by its end. */
const lineOf = (name: string, { done, whole }: { done: number; whole: number }): string => {
  const shown = name.length > NAME_COLUMNS ? `…${name.slice(1 - NAME_COLUMNS)}` : name
  return `${shown.padEnd(NAME_COLUMNS)} ${barOf(shareOf(done, whole))}`
}
