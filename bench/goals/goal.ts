// One line of the table: a figure, what it is measured beside, and what it should be.
import type { Spread } from '../load/in-turns.ts'

export interface Goal {
  figure: string
  measured: Spread
  unit: string
  /** None where a figure only stands beside others. */
  target?: Target
  /** Absolute figures, CPU, memory: what else was seen. */
  seen: string
  /** Who had synced what before the answer. */
  synced: string
}

export interface Target {
  goal: number
  /** None where nothing beyond the goal was asked for. */
  stretch?: number
  /** Whether more is better, as with throughput, or less, as with memory. */
  better: 'more' | 'less'
}

export interface Effort {
  /** How often everything is measured, in turns. */
  rounds: number
  /** How long each measurement takes, or how much is done in it. */
  seconds: number
}

/** Measures one group of goals, with processes and folders of its own that are gone afterwards. */
export type Measure = (effort: Effort) => Promise<Goal[]>

export type Aim = Pick<Goal, 'unit' | 'target'>

export const atLeast = (goal: number, stretch: number): Aim => ({
  unit: '×',
  target: { goal, stretch, better: 'more' },
})

export const atMost = (unit: string, goal: number, stretch?: number): Aim => ({
  unit,
  target: { goal, ...(stretch === undefined ? {} : { stretch }), better: 'less' },
})

/** A figure that nothing was promised of. */
export const noAim = (unit = '×'): Aim => ({ unit })

export const isWithin = ({ measured }: Goal, bound: number, better: Target['better']): boolean =>
  better === 'more' ? measured.median >= bound : measured.median <= bound

export const SYNCED = {
  both: 'both',
  ours: 'ours; not the other',
  none: 'nothing is written',
} as const
