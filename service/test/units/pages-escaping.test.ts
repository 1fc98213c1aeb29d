// No text of an OpenAPI document, wherever it stands, can become markup on the API reference.
import { expect, test } from 'vitest'
import { escapeHtml, html, toText } from '../../src/http/pages/html.ts'
import type { OpenApiDocument } from '../../src/http/pages/openapi.ts'
import { referencePage } from '../../src/http/pages/reference.ts'

const apiBase = 'https://media.example.com/api/v1'
const hostile = `</code></style><script>alert(1)</script><img src=x onerror='alert(1)'>" onload="alert(1)" &amp;`

/** A document that has the same text in every place that takes one. */
function documentOf(text: string): OpenApiDocument {
  const schema = {
    title: text,
    description: text,
    type: 'object',
    required: [text],
    properties: {
      [text]: { type: text, format: text, description: text, enum: [text, `${text}2`], default: text },
      pattern: { type: 'string', pattern: text, example: text },
      list: { type: 'array', items: { $ref: '#/components/schemas/Named' } },
      either: {
        anyOf: [{ title: text, properties: { [text]: { const: text } } }, { properties: { b: {} } }],
      },
    },
  }
  return {
    info: { title: text, version: text, description: `${text} \`${text}\`` },
    tags: [{ name: text, description: text }],
    paths: {
      [`/${text}`]: {
        post: {
          operationId: text,
          summary: text,
          description: text,
          tags: [text],
          parameters: ['path', 'query', 'header'].map(place => ({
            name: text,
            in: place,
            required: true,
            description: text,
            example: text,
            schema: { type: 'string' },
          })),
          requestBody: {
            description: text,
            content: { [`${text}/json`]: { schema }, 'multipart/form-data': { schema } },
          },
          responses: {
            200: {
              description: text,
              headers: { [text]: { description: text } },
              content: { [text]: { schema, example: text } },
            },
            [text]: { description: text },
          },
        },
      },
    },
    components: {
      schemas: { Named: { properties: { [text]: { type: 'string', description: text } } } },
      securitySchemes: { bearer: { type: 'http', description: text } },
    },
  }
}

/** The tags of a page with the values of their attributes left out: its skeleton. */
const skeletonOf = (page: string) =>
  [...page.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""'))

test('a hostile text gives a page of the same tags as a harmless one', () => {
  const page = referencePage(documentOf(hostile), { apiBase })
  expect(skeletonOf(page)).toEqual(skeletonOf(referencePage(documentOf('harmless'), { apiBase })))
  expect(page).not.toContain('<script')
  expect(page).toContain('&lt;script&gt;')
})

test('a schema that contains itself is drawn to an end', () => {
  const tree = {
    type: 'object',
    properties: { children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } },
  }
  const page = referencePage(
    {
      info: { title: 'Trees', version: '1' },
      paths: {
        '/trees': {
          post: {
            requestBody: {
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Tree' } } },
            },
            responses: {
              200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Tree' } } } },
            },
          },
        },
      },
      components: { schemas: { Tree: tree } },
    },
    { apiBase },
  )
  expect(page).toContain('array of object')
})

test('a template escapes what it is given, and nothing that a template made', () => {
  expect(escapeHtml(`<a b="c" d='e'>&`)).toBe('&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;')
  const items = ['<1>', '<2>'].map(item => html`<li>${item}</li>`)
  expect(toText(html`<ul>${items}${false}${undefined}${0}</ul>`)).toBe(
    '<ul><li>&lt;1&gt;</li><li>&lt;2&gt;</li>0</ul>',
  )
})
