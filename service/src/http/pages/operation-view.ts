// Draws one operation: what it does, what it takes, what it answers and how to call it.
import { type AddressOf, curlExamples } from './curl.ts'
import { fieldList, prose, schemaBody } from './fields.ts'
import { type Html, html } from './html.ts'
import type { Parameter, Schema } from './openapi.ts'
import { type BodyForm, bodyFormsOf, type Entry } from './operations.ts'
import { type ResponsesView, responseList } from './responses.ts'
import { isBinary, type Resolve } from './schemas.ts'

export interface OperationView extends ResponsesView {
  addressOf: AddressOf
}

export function operationArticle(entry: Entry, view: OperationView): Html {
  const { anchor, method, path, title, operation, parameters, needsKey } = entry
  return html`<article class="operation" aria-labelledby="${anchor}">
<header>
<h3 id="${anchor}"><a href="#${anchor}">${title}</a></h3>
<p class="route">${badge(method)} <code>${pathWithHoles(path)}</code></p>
${operation.deprecated && html`<p class="note">Deprecated: new programs should not call it.</p>`}
${!needsKey && html`<p class="note">Needs no API key; send none.</p>`}
${prose(operation.description)}
</header>
<div class="calls">${callExamples(entry, view)}</div>
<div class="facts">
${parameterGroups(parameters, view.resolve)}
${requestBody(entry, view.resolve)}
<h4>Responses</h4>
${responseList(operation.responses ?? {}, view)}
</div>
</article>`
}

export const badge = (method: string) => html`<b class="method ${method}">${method.toUpperCase()}</b>`

const pathWithHoles = (path: string) =>
  path.split(/(\{[^}]+\})/).map((part, index) => (index % 2 === 1 ? html`<em>${part}</em>` : part))

const parameterPlaces = { path: 'Path', query: 'Query', header: 'Header', cookie: 'Cookie' }

function parameterGroups(parameters: Parameter[], resolve: Resolve): Html[] {
  return Object.entries(parameterPlaces).flatMap(([place, title]) => {
    const fields = parameters
      .filter(parameter => parameter.in === place)
      .map(parameter => ({
        name: parameter.name,
        schema: described(parameter, resolve),
        isRequired: parameter.required ?? false,
      }))
    const list = fieldList(fields, { resolve, direction: 'sent' })
    return list ? [html`<h4>${title} parameters</h4>${list}`] : []
  })
}

function described({ description, schema = {} }: Parameter, resolve: Resolve): Schema {
  return { ...resolve(schema), ...(description !== undefined && { description }) }
}

function requestBody({ operation }: Entry, resolve: Resolve): Html | undefined {
  const body = operation.requestBody
  const forms = bodyFormsOf(body?.content, resolve)
  if (forms.length === 0) return undefined
  return html`<h4>Body${body?.required !== true && html` <span class="optional">optional</span>`}</h4>
${prose(body?.description)}${forms.map(form => bodyForm(form, resolve))}`
}

function bodyForm({ contentType, title, schema }: BodyForm, resolve: Resolve): Html {
  const content = schemaBody(schema, { resolve, direction: 'sent' })
  const bytes = isBinary(schema) && html`<p class="type">The bytes of the file, nothing around them.</p>`
  return html`<section class="form">
<p class="kind">${title && html`<b>${title}</b> `}<code>${contentType}</code></p>
${prose(schema.description)}${content ?? bytes}
</section>`
}

function callExamples(entry: Entry, view: OperationView): Html[] {
  return curlExamples(entry, view.resolve, view.addressOf).map(
    ({ title, command }) => html`<figure>
<figcaption>${title ?? 'Example'}</figcaption>
<pre class="curl"><code>${command}</code></pre>
</figure>`,
  )
}
