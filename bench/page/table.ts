// Goals as rows of a table, for a terminal and for a page.
import { type Goal, isWithin } from '../goals/goal.ts'

export const COLUMNS = [
  'figure',
  'goal',
  'stretch',
  'measured',
  'spread',
  'verdict',
  'seen',
  'synced before the answer',
]

export function cellsOf(goal: Goal): string[] {
  const { figure, measured, target, unit, seen, synced } = goal
  const sign = target?.better === 'less' ? '≤' : '≥'
  return [
    figure,
    target === undefined ? '' : `${sign} ${inUnit(target.goal, unit)}`,
    target?.stretch === undefined ? '' : `${sign} ${inUnit(target.stretch, unit)}`,
    inUnit(measured.median, unit),
    `${inFigures(measured.low)}–${inFigures(measured.high)}`,
    verdictOf(goal),
    seen,
    synced,
  ]
}

export function verdictOf(goal: Goal): 'missed' | 'met' | 'stretch' | '' {
  const { target } = goal
  if (target === undefined) return ''
  if (target.stretch !== undefined && isWithin(goal, target.stretch, target.better)) return 'stretch'
  return isWithin(goal, target.goal, target.better) ? 'met' : 'missed'
}

const inUnit = (value: number, unit: string): string => `${inFigures(value)} ${unit}`

/** Two digits behind the point where there are few before it. */
function inFigures(value: number): string {
  if (value >= 100) return value.toFixed(0)
  return value >= 20 ? value.toFixed(1) : value.toFixed(2)
}

/** What was seen stands on a line of its own, since it is long. */
export function asText(goals: Goal[]): string {
  const rows = [COLUMNS, ...goals.map(cellsOf)]
  const widths = COLUMNS.slice(0, 6).map((_, n) => Math.max(...rows.map(row => row[n]?.length ?? 0)))
  const line = (row: string[]) =>
    widths
      .map((width, n) => (row[n] ?? '').padEnd(width))
      .join('  ')
      .trimEnd()
  return rows
    .map((row, n) => (n === 0 ? line(row) : `${line(row)}\n    ${row[6]}; synced: ${row[7]}`))
    .join('\n')
}

export const asMarkdown = (goals: Goal[]): string =>
  [COLUMNS, COLUMNS.map(() => '---'), ...goals.map(cellsOf)]
    .map(row => `| ${row.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n')
