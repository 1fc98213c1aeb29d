// Draws fields and parameters: name, type, limits, description, and the fields inside them.
import { type Html, html } from './html.ts'
import type { Schema } from './openapi.ts'
import {
  alternativesOf,
  deepestNesting,
  type Field,
  fieldsOf,
  limitsOf,
  type Resolve,
  typeInWords,
  valuesOf,
} from './schemas.ts'

/** A reader who sends must know what is required; a reader who receives, what may be missing. */
export type Direction = 'sent' | 'returned'

export interface FieldsView {
  resolve: Resolve
  direction: Direction
  depth?: number
  /** Shows the fields inside of fields from the start. */
  isOpen?: boolean
}

/** Draws a text in paragraphs; `backticks` set off code. */
export function prose(text: string | undefined): Html[] {
  const paragraphs = (text ?? '').split(/\n\s*\n/).filter(paragraph => paragraph.trim() !== '')
  return paragraphs.map(paragraph => html`<p>${inline(paragraph)}</p>`)
}

// Splitting at a capturing group leaves the captured code at the odd places.
export const inline = (text: string) =>
  text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))

export function fieldList(fields: readonly Field[], view: FieldsView): Html | undefined {
  if (fields.length === 0) return undefined
  return html`<dl class="fields">${fields.map(field => fieldRow(field, view))}</dl>`
}

function fieldRow({ name, schema, isRequired }: Field, view: FieldsView): Html {
  return html`<div>
<dt><code>${name}</code>${presence(isRequired, view.direction)}</dt>
<dd><p class="type">${typeLine(schema, view.resolve)}</p>
${prose(schema.description)}${allowedValues(schema, view.resolve)}</dd>
${inside(schema, view)}
</div>`
}

function presence(isRequired: boolean, direction: Direction): Html | undefined {
  if (isRequired && direction === 'sent') return html` <span class="required">required</span>`
  return isRequired ? undefined : html` <span class="optional">optional</span>`
}

function typeLine(schema: Schema, resolve: Resolve): Html[] {
  const [plain = schema] = alternativesOf(schema, resolve)
  const words = [typeInWords(schema, resolve), ...limitsOf(plain)].map(word => html`${word}`)
  // A pattern beside a format only spells the format out, at length.
  if (plain.pattern !== undefined && plain.format === undefined) {
    words.push(html`matches <code>${plain.pattern}</code>`)
  }
  const standard = schema.default ?? plain.default
  if (standard !== undefined) words.push(html`default <code>${asCode(standard)}</code>`)
  return words.map((word, index) => (index === 0 ? html`<b>${word}</b>` : html` <i>·</i> ${word}`))
}

function allowedValues(schema: Schema, resolve: Resolve): Html | undefined {
  const values = new Set(alternativesOf(schema, resolve).flatMap(valuesOf))
  if (values.size === 0) return undefined
  const codes = [...values].map((value, index) => html`${index > 0 && ', '}<code>${asCode(value)}</code>`)
  return html`<p class="values">${values.size > 1 ? 'One of' : 'Always'} ${codes}</p>`
}

const asCode = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** Draws what a schema holds: its fields, or each alternative's where it is a union of objects. */
export function schemaBody(schema: Schema, view: FieldsView): Html | undefined {
  const forms = alternativesOf(schema, view.resolve).map(form => ({
    form,
    fields: fieldsOf(form, view.resolve),
  }))
  const objects = forms.filter(({ fields }) => fields.length > 0)
  if (objects.length <= 1) return fieldList(objects[0]?.fields ?? [], view)
  return html`${objects.map(
    ({ form, fields }, index) => html`<div class="alternative">
<p class="alternative-name">${form.title ?? `Form ${index + 1}`}</p>
${prose(form.description)}${fieldList(fields, view)}</div>`,
  )}`
}

function inside(schema: Schema, view: FieldsView): Html | undefined {
  const depth = (view.depth ?? 0) + 1
  if (depth > deepestNesting) return undefined
  const [plain = schema] = alternativesOf(schema, view.resolve)
  const content = contained(plain) ?? schema
  const body = schemaBody(content, { ...view, depth })
  if (!body) return undefined
  const label = content === schema ? 'Its fields' : 'The fields of each'
  return html`<dd class="inside"><details${view.isOpen && html` open`}><summary>${label}</summary>${body}</details></dd>`
}

/** What a list or a map is made of. */
const contained = ({ items, properties, additionalProperties }: Schema) =>
  items ?? (!properties && typeof additionalProperties === 'object' ? additionalProperties : undefined)
