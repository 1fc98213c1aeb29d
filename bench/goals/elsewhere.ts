// Who could not be run beside us, and was measured elsewhere beside the same floors.
import type { Goal } from './goal.ts'

export interface Elsewhere {
  /** Its figure in parts of the floor's, measured in turns on another machine. */
  ofFloor: number
  seen: string
}

/** Supabase Storage, which needs a PostgreSQL and a gateway of its own. It syncs no bytes. */
export const SUPABASE = {
  sign: {
    ofFloor: 1650 / 16_300,
    seen: 'measured elsewhere: sign 1650/s where the bare row, synced and grouped, was 16 300/s',
  },
  upload: {
    ofFloor: 0.43 * 0.69,
    seen: 'measured elsewhere: 0.43 × a prototype (range 0.33–0.48) that was 0.69 × the floor (range 0.59–0.93)',
  },
  flow: {
    ofFloor: 222 / 2853,
    seen: 'measured elsewhere: sign and upload of 16 KiB 222/s where the floor was 2853/s',
  },
} satisfies Record<string, Elsewhere>

/** By way of the floor: two ratios to it, measured on two machines, divided by each other. */
export function besideElsewhere(
  ours: Goal,
  { figure, goal, ofFloor, seen }: Elsewhere & { figure: string; goal: number },
): Goal {
  const { median, low, high } = ours.measured
  return {
    figure,
    measured: { median: median / ofFloor, low: low / ofFloor, high: high / ofFloor },
    unit: '×',
    target: { goal, better: 'more' },
    seen,
    synced: 'ours; not Supabase’s bytes',
  }
}
