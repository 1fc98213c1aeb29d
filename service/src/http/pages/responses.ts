// Draws the answers of an operation, and the one shape that all refusals share.
import { STATUS_CODES } from 'node:http'
import { fieldList, inline, prose, schemaBody } from './fields.ts'
import { type Html, html } from './html.ts'
import type { Content, Header, OpenApiDocument, Response, Schema } from './openapi.ts'
import { methods } from './openapi.ts'
import { givenSample } from './samples.ts'
import type { Resolve } from './schemas.ts'

/** Where the page explains the envelope of all refusals. */
export const errorsAnchor = 'errors'

export interface ResponsesView {
  resolve: Resolve
  /** The shape of refusals, drawn once for the whole page; responses of that shape link to it. */
  envelope: Schema | undefined
}

/** The schema of the document's first refusal: an API has one envelope for all of them. */
export function findEnvelope(document: OpenApiDocument, resolve: Resolve): Schema | undefined {
  const operations = Object.values(document.paths ?? {}).flatMap(item => methods.map(method => item[method]))
  const responses = operations.flatMap(operation => Object.entries(operation?.responses ?? {}))
  const schemas = responses.filter(([status]) => isRefusal(status)).map(([, { content }]) => jsonOf(content))
  const first = schemas.find(schema => schema !== undefined)
  return first && resolve(first)
}

const isRefusal = (status: string) => /^[45]/.test(status)
const jsonOf = (content: Content | undefined) => content?.['application/json']?.schema

// A description speaks of one use of the envelope, so it does not make another shape.
const shapeOf = (schema: Schema) => JSON.stringify({ ...schema, title: undefined, description: undefined })

export function responseList(responses: Readonly<Record<string, Response>>, view: ResponsesView): Html {
  const rows = Object.entries(responses).map(([status, response]) => responseRow(status, response, view))
  return html`<div class="responses">${rows}</div>`
}

function responseRow(status: string, response: Response, view: ResponsesView): Html {
  const head = html`<b class="status ${isRefusal(status) ? 'refused' : 'fine'}">${status}</b> <span
>${inline(meaning(status, response.description))}</span>`
  const json = jsonOf(response.content)
  if (json && view.envelope && shapeOf(view.resolve(json)) === shapeOf(view.envelope)) {
    return html`<p class="response">${head} <a href="#${errorsAnchor}">See Errors</a></p>`
  }
  const body = [headerList(response.headers, view.resolve), contentBodies(response.content, view.resolve)]
  if (body.every(part => part === undefined)) return html`<p class="response">${head}</p>`
  return html`<details class="response"${!isRefusal(status) && html` open`}><summary>${head}</summary>
${body}</details>`
}

// What @fastify/swagger writes where a route says nothing.
const unsaid = 'Default Response'

const meaning = (status: string, description = unsaid) =>
  description === unsaid ? (STATUS_CODES[status] ?? 'Any other answer') : description

function headerList(headers: Readonly<Record<string, Header>> = {}, resolve: Resolve): Html | undefined {
  const fields = Object.entries(headers).map(([name, { description, required = false, schema = {} }]) => ({
    name,
    schema: { ...resolve(schema), ...(description !== undefined && { description }) },
    isRequired: required,
  }))
  if (fields.length === 0) return undefined
  return html`<p class="kind">Headers</p>${fieldList(fields, { resolve, direction: 'returned' })}`
}

function contentBodies(content: Content = {}, resolve: Resolve): Html[] | undefined {
  const bodies = Object.entries(content).map(([contentType, media]) => {
    const schema = resolve(media.schema ?? {})
    const sample = givenSample({ ...media, schema })
    return html`<p class="kind"><code>${contentType}</code></p>
${schemaBody(schema, { resolve, direction: 'returned' })}
${sample !== undefined && html`<pre><code>${JSON.stringify(sample, null, 2)}</code></pre>`}`
  })
  return bodies.length > 0 ? bodies : undefined
}

/** The section that explains the envelope. */
export function errorsSection({ envelope, resolve }: ResponsesView): Html | undefined {
  if (!envelope) return undefined
  return html`<section class="intro" aria-labelledby="${errorsAnchor}">
<h2 id="${errorsAnchor}"><a href="#${errorsAnchor}">Errors</a></h2>
<p>Every refusal has this shape. Read <code>code</code> in programs; <code>message</code> is for people.</p>
${prose(envelope.description)}
${schemaBody(envelope, { resolve, direction: 'returned', isOpen: true })}
</section>`
}
