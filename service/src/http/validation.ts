// Requests against their schemas, and what is wrong with them in words.
import type { FastifySchemaCompiler } from 'fastify'
import type { z } from 'zod'
import { type FieldFault, invalidFields, type Refusal } from '../ground/errors.ts'

/**
 * Validates each part of a request; an empty query value counts as one that is absent. A form is still unread when
 * its turn comes: its schema is for the document, and its route parses the fields itself.
 */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart, contentType }) =>
  data => {
    if (contentType === 'multipart/form-data') return { value: data }
    const given = httpPart === 'querystring' ? withoutEmpty(data) : data
    const result = schema.safeParse(given, { error: explain })
    return result.success ? { value: result.data } : { error: refusalOf(result.error) }
  }

/** Parses what no route schema covers, such as the fields of a form; throws a refusal. */
export function parse<S extends z.ZodType>(schema: S, data: unknown): z.output<S> {
  const result = schema.safeParse(data, { error: explain })
  if (!result.success) throw refusalOf(result.error)
  return result.data
}

const withoutEmpty = (query: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))

const refusalOf = (error: z.ZodError): Refusal => invalidFields(error.issues.flatMap(faultsOf))

function faultsOf(issue: z.core.$ZodIssue): FieldFault[] {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(key => ({
      field: [...path, key].join('.'),
      message: 'is not a field of this request: leave it out',
    }))
  return [{ field: path.join('.') || 'body', message: issue.message }]
}

/** Only for what the schemas leave unsaid. */
function explain(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type')
    return issue.input === undefined || issue.input === null
      ? 'is required'
      : `must be ${article(issue.expected)}`
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}${unitOf(issue.origin)}`
  if (issue.code === 'too_small') return `must be at least ${issue.minimum}${unitOf(issue.origin)}`
  return undefined
}

const article = (type: string): string =>
  type === 'int' ? 'a whole number' : `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`

const unitOf = (origin: string): string => (origin === 'string' ? ' characters long' : '')
