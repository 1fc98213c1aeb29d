// The dashboard, the alert rules and the page about them name only what a service really tells.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { type Scrape, scrape } from '../support/scrape.ts'
import { REPOSITORY } from '../support/start-process.ts'
import { startService } from '../support/start-service.ts'
import { completed, postFile, putFile, stored } from '../support/uploads.ts'

const textOf = (name: string) => readFileSync(path.join(REPOSITORY, 'docs', name), 'utf8')

interface Panel {
  type: string
  title: string
  datasource?: { uid: string }
  targets?: { expr: string }[]
}
interface Dashboard {
  title: string
  uid: string
  panels: Panel[]
  templating: { list: { name: string; type: string; definition?: string }[] }
}
const dashboard = JSON.parse(textOf('grafana-dashboard.json')) as Dashboard // read below as it is used
const rules = textOf('alerts.yaml')
  .split(/^ {6}- alert: /m)
  .slice(1)
const ruleExpressions = rules.map(rule => /^ {8}expr: (.+)$/m.exec(rule)?.[1] ?? '')
const panelExpressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
const NAMES = /\b(?:herbarium|nodejs|process)_[a-z0-9_]+\b/g

let figures: Scrape
let close: () => Promise<void>
beforeAll(async () => {
  const herbarium = await startService({ environment: { METRICS_PORT: '0' } })
  close = herbarium.close
  await stored(herbarium)
  for (const send of [putFile, postFile]) {
    const reservation = await reserve(herbarium)
    await send(herbarium, reservation, send === putFile ? wavOf(300_000, 5) : await sampleBytes('i.png'))
    await completed(herbarium, reservation.asset_id)
  }
  figures = await scrape(herbarium.service.metricsUrl)
})
afterAll(() => close())

describe('Every metric', () => {
  test.each([
    ['of the alert rules', ruleExpressions],
    [
      'of the dashboard',
      [...panelExpressions, ...dashboard.templating.list.map(one => one.definition ?? '')],
    ],
  ])('%s is told', (_, expressions) => {
    const named = expressions.flatMap(expression => expression.match(NAMES) ?? [])
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter(name => !figures.names.has(name))).toEqual([])
  })

  test('of the page is told, and the page tells of all that are ours', () => {
    const told = [...figures.names].filter(name => name.startsWith('herbarium_'))
    const bare = new Set(told.map(name => name.replace(/_(bucket|sum|count)$/, '')))
    const page = textOf('monitoring.md')
    const named = new Set([...page.matchAll(/`(herbarium_[a-z_]+)/g)].map(([, name]) => name))
    expect([...named].filter(name => name && !bare.has(name) && !figures.names.has(name))).toEqual([])
    expect([...bare].filter(name => !named.has(name))).toEqual([])
  })
})

test('calls of ports that rules ask for by name are made', () => {
  const made = new Set(figures.samples.map(({ labels: { port, operation } }) => `${port}.${operation}`))
  const asked = ruleExpressions.flatMap(expression =>
    [...expression.matchAll(/port="(\w+)",operation=~"([\w|]+)"/g)].map(([, port, operations = '']) =>
      operations.split('|').map(operation => `${port}.${operation}`),
    ),
  )
  expect(asked).toHaveLength(2)
  for (const alternatives of asked) expect(alternatives.filter(call => made.has(call))).not.toEqual([])
})

test('each rule waits a while, says how bad it is, and what to do', () => {
  expect(rules.length).toBeGreaterThan(8)
  for (const rule of rules) {
    expect(rule).toMatch(/^Herbarium[A-Z]\w+\n {8}expr: .+\n {8}for: \d+[mh]\n/)
    expect(rule).toMatch(/^ {8}labels: \{ severity: (critical|warning) \}$/m)
    expect(rule).toMatch(/^ {10}summary: ".{60,}"$/m)
  }
})

test('each panel of the dashboard reads the data source that is chosen, from the nodes that are chosen', () => {
  expect(dashboard).toMatchObject({ title: 'Herbarium', uid: 'herbarium' })
  expect(dashboard.templating.list.map(({ name, type }) => [name, type])).toEqual([
    ['datasource', 'datasource'],
    ['job', 'query'],
    ['instance', 'query'],
  ])
  const panels = dashboard.panels.filter(({ type }) => type !== 'row')
  expect(panels.length).toBeGreaterThan(15)
  for (const { datasource, targets = [] } of panels) {
    expect(datasource?.uid).toBe('$' + '{datasource}')
    expect(targets.length).toBeGreaterThan(0)
    for (const { expr } of targets) expect(expr).toContain('{job=~"$job",instance=~"$instance"')
  }
})
