// The plan of the house: which room may import from which. docs/architecture.md says why.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const SOURCE = path.join(import.meta.dirname, '../src')

const NOUNS = [
  'workspaces',
  'keys',
  'assets',
  'projects',
  'events',
  'webhooks',
  'upkeep',
  'servers',
  'secrets',
]

/** A servant takes a noun's types and ports, never its code. */
const MAY_IMPORT: Record<string, { code: string[]; types?: string[] }> = {
  ground: { code: [] },
  config: { code: [] },
  version: { code: [] },
  assets: { code: ['ground'] },
  keys: { code: ['ground'] },
  projects: { code: ['ground', 'assets'] },
  events: { code: ['ground'] },
  webhooks: { code: ['ground', 'events'] },
  upkeep: { code: ['ground', 'assets', 'servers'] },
  servers: { code: ['ground'] },
  secrets: { code: ['ground'] },
  workspaces: { code: ['ground', 'keys', 'projects'] },
  http: { code: ['ground', ...NOUNS] },
  jobs: { code: ['ground', ...NOUNS] },
  records: { code: ['ground'], types: NOUNS },
  blobs: { code: ['ground'], types: NOUNS },
  media: { code: ['ground'], types: NOUNS },
  remote: { code: ['ground'], types: NOUNS },
  scan: { code: ['ground'], types: NOUNS },
  telemetry: { code: ['ground'], types: ['http', ...NOUNS] },
  mcp: { code: ['ground', 'version'] },
  commands: { code: ['ground', 'config', 'service', 'version', 'mcp', ...NOUNS] },
  service: {
    code: [
      'ground',
      'config',
      'version',
      'http',
      'jobs',
      'records',
      'blobs',
      'media',
      'remote',
      'scan',
      'telemetry',
      ...NOUNS,
    ],
  },
}

interface Arrow {
  file: string
  from: string
  to: string
  isTypeOnly: boolean
}

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'))

const roomOf = (file: string): string => (file.split(path.sep)[0] ?? '').replace(/\.ts$/, '')

const arrows: Arrow[] = files.flatMap(file => {
  const text = readFileSync(path.join(SOURCE, file), 'utf8')
  const statements = text.matchAll(/^(?:import|export)\s(?<what>[^'";]*?)\bfrom\s+'(?<target>\.[^']+)'/gms)
  return [...statements].map(({ groups }) => ({
    file,
    from: roomOf(file),
    to: roomOf(path.relative(SOURCE, path.join(SOURCE, path.dirname(file), groups?.target ?? ''))),
    isTypeOnly: groups?.what?.startsWith('type ') ?? false,
  }))
})

test('every room stands in the plan', () => {
  const rooms = new Set(files.map(roomOf))
  expect([...rooms].sort()).toEqual(Object.keys(MAY_IMPORT).sort())
})

test('no room imports from one it may not', () => {
  const forbidden = arrows.filter(({ from, to, isTypeOnly }) => {
    const allowed = MAY_IMPORT[from]
    if (from === to || allowed?.code.includes(to)) return false
    return !(isTypeOnly && allowed?.types?.includes(to))
  })
  expect(forbidden.map(({ file, to }) => `${file} → ${to}`)).toEqual([])
})

test('the plan is read from the files: it knows the arrows that everyone sees', () => {
  expect(arrows).toContainEqual({ file: 'service.ts', from: 'service', to: 'http', isTypeOnly: false })
  expect(arrows.length).toBeGreaterThan(200)
})

test.each([
  ['PostgreSQL', 'records/postgres/', /from '(pg|[^']*\/postgres\/[^']*)'/],
  ['a bucket', 'blobs/s3/', /from '(@aws-sdk\/[^']*|[^']*\/s3\/[^']*)'/],
  ['Prometheus', 'telemetry/metrics/', /^import (?!type).* from '(prom-client|[^']*\/metrics\/[^']*)'/m],
  [
    'OpenTelemetry',
    'telemetry/traces/',
    /^import (?!type).* from '(@opentelemetry\/[^']*|[^']*\/traces\/[^']*)'/m,
  ],
])('what %s needs is loaded only where the configuration names it', (_, room, names) => {
  const loaders = files.filter(
    file => !file.startsWith(room) && names.test(readFileSync(path.join(SOURCE, file), 'utf8')),
  )
  expect(loaders).toEqual([])
})

test('what answers requests is loaded by a server alone', () => {
  const doors = /^import (?!type )[^']*from '[^']*(\/http\/[^']*|\/service\.ts|\/choose-delivery\.ts)'/m
  const loaders = files.filter(
    file => roomOf(file) !== 'http' && doors.test(readFileSync(path.join(SOURCE, file), 'utf8')),
  )
  expect(loaders.sort()).toEqual(['commands/serve.ts', 'service.ts', 'service/choose-delivery.ts'])
})

test('each file opens with a sentence that says what it is for', () => {
  const silent = files.filter(
    file => !/^\/\/ \S.*[.:!?]$/m.test(readFileSync(path.join(SOURCE, file), 'utf8').split('\n')[0] ?? ''),
  )
  expect(silent).toEqual([])
})

test('rooms form no circle', () => {
  const circles = Object.keys(MAY_IMPORT).filter(room => reaches(room, room, new Set()))
  expect(circles).toEqual([])
})

function reaches(from: string, target: string, seen: Set<string>): boolean {
  const next = new Set(arrows.filter(arrow => arrow.from === from && arrow.to !== from).map(({ to }) => to))
  for (const room of next) {
    if (room === target) return true
    if (seen.has(room)) continue
    seen.add(room)
    if (reaches(room, target, seen)) return true
  }
  return false
}
