// One line of the table: a figure, what it is measured beside, and what it should be.
import type { Ratio } from '../load/in-turns.ts'

export interface Goal {
  figure: string
  /** What was measured, with its unit. */
  measured: Ratio
  unit: string
  goal: number
  stretch: number
  /** Whether more is better, as with throughput, or less, as with memory. */
  better: 'more' | 'less'
  /** Absolute figures, CPU, memory: what else was seen. */
  seen: string
}

export interface Effort {
  rounds: number
  seconds: number
}

export const only = (value: number): Ratio => ({ median: value, low: value, high: value })

export const atLeast = (goal: number, stretch: number) =>
  ({ goal, stretch, better: 'more', unit: '×' }) as const

export const atMost = (goal: number, stretch: number, unit: string) =>
  ({ goal, stretch, better: 'less', unit }) as const

export const isMet = ({ measured, better }: Goal, bound: number): boolean =>
  better === 'more' ? measured.median >= bound : measured.median <= bound
