// Lists the operations of an OpenAPI document by tag, each with an anchor of its own.
import {
  type Content,
  type Method,
  methods,
  type OpenApiDocument,
  type Operation,
  type Parameter,
  type PathItem,
  type Schema,
} from './openapi.ts'
import { alternativesOf, fieldsOf, isBinary, type Resolve } from './schemas.ts'

/** One operation, ready to be shown: its path item's parameters and the document's defaults are folded in. */
export interface Entry {
  anchor: string
  method: Method
  path: string
  title: string
  operation: Operation
  parameters: Parameter[]
  needsKey: boolean
}

export interface Section {
  anchor: string
  name: string
  description: string | undefined
  entries: Entry[]
}

/** One way to fill a request's body: a content type and one alternative of its schema. */
export interface BodyForm {
  contentType: string
  title: string | undefined
  schema: Schema
}

/** Sections in the order of the document's tags, then of appearance; what has no tag comes last. */
export function sectionsOf(document: OpenApiDocument): Section[] {
  const anchorFor = createAnchors()
  const entries = entriesOf(document, anchorFor)
  const described = document.tags ?? []
  const names = new Set([...described.map(({ name }) => name), ...entries.flatMap(firstTag)])
  const sections = [...names].map(name => ({
    anchor: anchorFor(`tag-${name}`),
    name,
    description: described.find(tag => tag.name === name)?.description,
    entries: entries.filter(entry => firstTag(entry)[0] === name),
  }))
  const untagged = entries.filter(entry => firstTag(entry).length === 0)
  const rest = { anchor: anchorFor('tag-other'), name: 'Other', description: undefined, entries: untagged }
  return [...sections, rest].filter(section => section.entries.length > 0)
}

// An operation with several tags is shown once, under its first.
const firstTag = ({ operation }: Entry) => operation.tags?.slice(0, 1) ?? []

function entriesOf(document: OpenApiDocument, anchorFor: (text: string) => string): Entry[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    methodsIn(item).flatMap(method => {
      const operation = item[method]
      if (!operation) return []
      const title = operation.summary ?? operation.operationId ?? `${method.toUpperCase()} ${path}`
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])]
      const needsKey = (operation.security ?? document.security ?? []).length > 0
      return { anchor: anchorFor(`${method}-${path}`), method, path, title, operation, parameters, needsKey }
    }),
  )
}

/** The methods of a path in the order the document has them in. */
const methodsIn = (item: PathItem) =>
  Object.keys(item).flatMap(key => methods.filter(method => method === key))

/** Gives out anchors that are plain words and never the same twice. */
function createAnchors() {
  const taken = new Set<string>()
  return (text: string): string => {
    const plain = text.toLowerCase().replace(/[^a-z0-9_]+/g, '-')
    const trimmed = plain.replace(/^-+|-+$/g, '')
    let anchor = trimmed
    for (let count = 2; taken.has(anchor); count += 1) anchor = `${trimmed}-${count}`
    taken.add(anchor)
    return anchor
  }
}

export function bodyFormsOf(content: Content | undefined, resolve: Resolve): BodyForm[] {
  return Object.entries(content ?? {}).flatMap(([contentType, { schema = {} }]) => {
    const forms = fittingAlternatives(contentType, alternativesOf(schema, resolve), resolve)
    return forms.map(form => ({ contentType, title: form.title, schema: form }))
  })
}

// A route that takes two content types declares one union for both; a file field can only be meant
// for multipart, and the other alternatives only for JSON.
function fittingAlternatives(contentType: string, alternatives: Schema[], resolve: Resolve): Schema[] {
  const isMultipart = contentType === 'multipart/form-data'
  const fitting = alternatives.filter(schema => hasFile(schema, resolve) === isMultipart)
  return fitting.length > 0 ? fitting : alternatives
}

const hasFile = (schema: Schema, resolve: Resolve) =>
  fieldsOf(schema, resolve).some(field => isBinary(field.schema))
