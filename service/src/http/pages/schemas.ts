// Answers what a JSON Schema says: its type in words, its limits, its fields, its alternatives.
import type { OpenApiDocument, Schema } from './openapi.ts'

/** Follows a local `$ref` and folds `allOf`, so that its caller sees one plain schema. */
export type Resolve = (schema: Schema) => Schema

export interface Field {
  name: string
  schema: Schema
  isRequired: boolean
}

// Only a circle of references goes deeper; it is cut here.
export const deepestNesting = 6

const schemasPrefix = '#/components/schemas/'

export function createResolve(document: OpenApiDocument): Resolve {
  const schemas = document.components?.schemas ?? {}
  const follow = (schema: Schema, hops = 0): Schema => {
    if (schema.$ref === undefined || hops > deepestNesting) return schema
    const name = schema.$ref.slice(schemasPrefix.length)
    const target = Object.hasOwn(schemas, name) ? schemas[name] : undefined
    const { $ref, ...siblings } = schema
    // Words beside a reference speak of this use of the schema, so they win over the target's own.
    return target ? { ...follow(target, hops + 1), ...siblings } : siblings
  }
  const resolve: Resolve = schema => {
    const { allOf, ...own } = follow(schema)
    return allOf ? [...allOf.map(resolve), own].reduce(merge) : own
  }
  return resolve
}

function merge(left: Schema, right: Schema): Schema {
  return {
    ...left,
    ...right,
    ...((left.properties || right.properties) && {
      properties: { ...left.properties, ...right.properties },
    }),
    ...((left.required || right.required) && {
      required: [...(left.required ?? []), ...(right.required ?? [])],
    }),
  }
}

/** The alternatives of a union, flat and without `null`; a schema that is no union is its own alternative. */
export function alternativesOf(schema: Schema, resolve: Resolve, depth = 0): Schema[] {
  const resolved = resolve(schema)
  const members = resolved.anyOf ?? resolved.oneOf
  if (!members || depth > deepestNesting) return [resolved]
  const alternatives = members.flatMap(member => alternativesOf(member, resolve, depth + 1))
  return alternatives.filter(({ type }) => type !== 'null')
}

export function fieldsOf(schema: Schema, resolve: Resolve): Field[] {
  const { properties = {}, required = [] } = resolve(schema)
  return Object.entries(properties).map(([name, property]) => ({
    name,
    schema: resolve(property),
    isRequired: required.includes(name),
  }))
}

export const isBinary = (schema: Schema) => schema.format === 'binary'

/** The type as a reader says it: `string`, `array of object`, `integer or null`, `map of string`. */
export function typeInWords(schema: Schema, resolve: Resolve, depth = 0): string {
  if (depth > deepestNesting) return '…'
  const resolved = resolve(schema)
  const members = resolved.anyOf ?? resolved.oneOf
  if (members) return joinTypes(members.map(member => typeInWords(member, resolve, depth + 1)))
  const types = typesOf(resolved)
  return joinTypes(types.map(type => oneTypeInWords(type, resolved, resolve, depth)))
}

const joinTypes = (types: string[]) => [...new Set(types)].join(' or ')

function typesOf({ type, properties }: Schema): readonly string[] {
  if (typeof type === 'string') return [type]
  return type ?? [properties ? 'object' : 'any']
}

function oneTypeInWords(type: string, schema: Schema, resolve: Resolve, depth: number): string {
  if (isBinary(schema)) return 'file'
  if (type === 'array') return `array of ${typeInWords(schema.items ?? {}, resolve, depth + 1)}`
  if (type === 'object' && !schema.properties && typeof schema.additionalProperties === 'object') {
    return `map of ${typeInWords(schema.additionalProperties, resolve, depth + 1)}`
  }
  return type === 'string' && schema.format ? `string (${schema.format})` : type
}

/** The values a field is limited to, if it is: an enumeration's, or the one of a constant. */
export function valuesOf(schema: Schema): readonly unknown[] {
  return schema.const === undefined ? (schema.enum ?? []) : [schema.const]
}

/** The limits in words, such as `1 to 100` and `at most 512 characters`. */
export function limitsOf(schema: Schema): string[] {
  return [
    span(notSafeInteger(schema.minimum), notSafeInteger(schema.maximum), ''),
    schema.exclusiveMinimum === undefined ? undefined : `more than ${schema.exclusiveMinimum}`,
    schema.exclusiveMaximum === undefined ? undefined : `less than ${schema.exclusiveMaximum}`,
    schema.multipleOf === undefined ? undefined : `a multiple of ${schema.multipleOf}`,
    span(schema.minLength, schema.maxLength, 'characters'),
    span(schema.minItems, schema.maxItems, 'items'),
    span(schema.minProperties, schema.maxProperties, 'entries'),
  ].filter(limit => limit !== undefined)
}

// Zod writes the bounds of a safe integer on every `int()`; they tell a reader nothing.
const notSafeInteger = (bound: number | undefined) =>
  bound !== undefined && Math.abs(bound) === Number.MAX_SAFE_INTEGER ? undefined : bound

function span(least: number | undefined, most: number | undefined, unit: string): string | undefined {
  if (least === undefined && most === undefined) return undefined
  const range =
    most === undefined ? `at least ${least}` : least === undefined ? `at most ${most}` : `${least} to ${most}`
  return `${range} ${unit}`.trim()
}
