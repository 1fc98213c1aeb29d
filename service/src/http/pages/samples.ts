// Finds a sample value for a schema: the one its author gave, else a plain placeholder.
import type { Media, Schema } from './openapi.ts'
import { alternativesOf, deepestNesting, type Field, fieldsOf, type Resolve, valuesOf } from './schemas.ts'

/** The sample an author wrote down, in any of the places OpenAPI and JSON Schema have for it. */
export function givenSample(place: Pick<Media, 'example' | 'examples' | 'schema'>): unknown {
  const named = Object.values(place.examples ?? {})[0]
  return place.example ?? named?.value ?? place.schema?.example ?? place.schema?.examples?.[0]
}

/** A value such a field may have; `name` makes the placeholder of a text recognisable. */
export function sampleOf(name: string, schema: Schema, resolve: Resolve, depth = 0): unknown {
  const [resolved = {}] = alternativesOf(schema, resolve)
  const known = givenSample({ schema: resolve(schema) }) ?? givenSample({ schema: resolved })
  if (known !== undefined) return known
  const [value] = valuesOf(resolved)
  if (value !== undefined) return value
  if (resolved.default !== undefined) return resolved.default
  return placeholder(name, resolved, resolve, depth)
}

/** A whole object: what it requires, and of the rest what its author gave a sample for. */
export function sampleObject(schema: Schema, resolve: Resolve, depth = 0): Record<string, unknown> {
  const given = givenSample({ schema })
  if (isObject(given)) return given
  const shown = fieldsOf(schema, resolve).filter(isWorthShowing)
  return Object.fromEntries(
    shown.map(field => [field.name, sampleOf(field.name, field.schema, resolve, depth + 1)]),
  )
}

export const isWorthShowing = ({ schema, isRequired }: Field) =>
  isRequired || givenSample({ schema }) !== undefined

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function placeholder(name: string, schema: Schema, resolve: Resolve, depth: number): unknown {
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0]
  if (type === 'boolean') return true
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1
  if (depth > deepestNesting) return null
  if (type === 'array') return [sampleOf(name, schema.items ?? {}, resolve, depth + 1)]
  if (type === 'object') return sampleObject(schema, resolve, depth)
  return textPlaceholder(name, schema)
}

function textPlaceholder(name: string, { format, pattern }: Schema): string {
  if (format === 'uri') return 'https://example.com/'
  // An id's pattern begins with its prefix, as in ^asset_\S+$; the sample should carry it too.
  const prefix = /^\^([a-z]+_)/.exec(pattern ?? '')?.[1]
  return prefix ? `${prefix}XXXX` : name.toUpperCase().replace(/\W+/g, '_')
}
