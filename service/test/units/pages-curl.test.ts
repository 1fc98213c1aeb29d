// The curl lines of the API reference go to the right address, with a body that its content type can carry.
import { expect, test } from 'vitest'
import { createAddressOf, curlExamples } from '../../src/http/pages/curl.ts'
import type { OpenApiDocument, Operation } from '../../src/http/pages/openapi.ts'
import { sectionsOf } from '../../src/http/pages/operations.ts'
import { createResolve } from '../../src/http/pages/schemas.ts'

const apiBase = 'https://media.example.com/api/v1'

function commandsOf(paths: Record<string, Operation>): string[] {
  const posts = Object.entries(paths).map(([path, post]) => [path, { post }])
  const document: OpenApiDocument = {
    info: { title: 'A', version: '1' },
    paths: Object.fromEntries(posts),
  }
  const resolve = createResolve(document)
  const addressOf = createAddressOf(apiBase, Object.keys(paths))
  const entries = sectionsOf(document).flatMap(section => section.entries)
  return entries.flatMap(entry => curlExamples(entry, resolve, addressOf)).map(({ command }) => command)
}

test('a path lies below the base address', () => {
  expect(commandsOf({ '/assets': {} })).toEqual([`curl -X POST \\\n  '${apiBase}/assets'`])
})

test('paths written in full are not put below the base again', () => {
  expect(commandsOf({ '/api/v1/assets': {}, '/uploads': {} })).toEqual([
    `curl -X POST \\\n  '${apiBase}/assets'`,
    "curl -X POST \\\n  'https://media.example.com/uploads'",
  ])
})

test('an operation that names a server of its own is called there', () => {
  expect(commandsOf({ '/assets': {}, '/uploads': { servers: [{ url: '/' }] } })[1]).toBe(
    "curl -X POST \\\n  'https://media.example.com/uploads'",
  )
})

test('a hole in the path is filled with the sample of its parameter, else with its name', () => {
  const parameters = [{ name: 'a', in: 'path', example: "it's" }]
  expect(commandsOf({ '/{a}/{b}': { parameters } })).toEqual([`curl -X POST \\\n  '${apiBase}/it'\\''s/B'`])
})

test('an id without a sample gets the prefix that its pattern demands', () => {
  const parameters = [{ name: 'asset_id', in: 'path', schema: { type: 'string', pattern: '^asset_\\S+$' } }]
  expect(commandsOf({ '/{asset_id}': { parameters } })[0]).toContain('/asset_XXXX')
})

test('one union for two content types is split: files go as multipart, the rest as JSON', () => {
  const file = { type: 'string', format: 'binary' }
  const schema = { anyOf: [{ properties: { a: {} } }, { properties: { file }, required: ['file'] }] }
  const content = { 'application/json': { schema }, 'multipart/form-data': { schema } }
  const [json, multipart, ...others] = commandsOf({ '/a': { requestBody: { content } } })
  expect(json).toContain("-d '{}'")
  expect(multipart).toContain("-F 'file=@picture.png'")
  expect(others).toEqual([])
})
