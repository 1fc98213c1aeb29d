// What is shipped for a deployment names only what is there: settings, files and the health route.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readSettings } from '../../src/config/config.ts'
import { REPOSITORY } from '../support/start-process.ts'

const textOf = (name: string) => readFileSync(path.join(REPOSITORY, name), 'utf8')

/** The block's variables, with a value for each that the operator is to give. */
function settingsOf(compose: string): Record<string, string> {
  const [, block = ''] = /^x-settings: &settings\n((?: {2}.*\n)+)/m.exec(compose) ?? []
  const given = (line: string) =>
    line
      .replace(/\$\{(S3_PUBLIC_ENDPOINT|PUBLIC_URL):[^}]*\}/, 'https://assets.example.com')
      .replace(/\$\{\w+:\?[^}]*\}/, 'x'.repeat(32))
      .replaceAll('"', '')
  return Object.fromEntries(
    block
      .trimEnd()
      .split('\n')
      .map(line => given(line.trim()).split(/: (.*)/, 2) as [string, string]),
  )
}

test('the nodes of compose.yaml have settings that the service takes, and all of them are documented', () => {
  const settings = settingsOf(textOf('deploy/compose.yaml'))
  const { config, complaints } = readSettings(settings)
  expect(complaints).toEqual([])
  expect(config).toMatchObject({
    publicUrl: 'https://assets.example.com',
    s3: { bucket: 'herbarium', forcePathStyle: true },
    database: { url: expect.stringContaining('@postgres:5432/herbarium') },
  })
  for (const name of Object.keys(settings)) expect(textOf('docs/configuration.md')).toContain(`\`${name}\``)
})

test('the image is made of files that are there and that its context lets in', () => {
  const letIn = textOf('.dockerignore')
    .split('\n')
    .filter(line => line.startsWith('!'))
    .map(line => line.slice(1))
  const copied = [...textOf('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
    names.split(' '),
  )
  expect(copied.length).toBeGreaterThan(5)
  expect(copied.filter(name => !existsSync(path.join(REPOSITORY, name)))).toEqual([])
  expect(copied.filter(name => !letIn.includes(name))).toEqual([])
})
