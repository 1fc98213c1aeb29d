// The figures of a run in docs/performance.md: between two marks, so that the prose around them stays.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { PLACE } from '../contestants/start.ts'
import type { Effort, Goal } from '../goals/goal.ts'
import { machineInWords } from './machine.ts'
import { asMarkdown } from './table.ts'

export const PAGE = path.join(import.meta.dirname, '../../docs/performance.md')

const BEGIN = '<!-- figures of `npm run bench` begin -->'
const END = '<!-- figures of `npm run bench` end -->'

export async function writePage(goals: Goal[], effort: Effort): Promise<void> {
  const page = await readFile(PAGE, 'utf8')
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (begin === -1 || end < begin) throw new Error(`${PAGE} has lost the lines ${BEGIN} and ${END}`)
  const figures = `${await heading(effort)}\n\n${asMarkdown(goals)}`
  await writeFile(PAGE, `${page.slice(0, begin + BEGIN.length)}\n${figures}\n${page.slice(end)}`)
}

const heading = async ({ rounds, seconds }: Effort): Promise<string> =>
  `Taken on ${new Date().toISOString().slice(0, 10)} on ${await machineInWords(PLACE)}; medians of ${rounds} rounds of ${seconds} s, clients on the same cores. Herbarium had synced bytes, names and rows before each answer, the bare row its row, and nobody else anything.`
