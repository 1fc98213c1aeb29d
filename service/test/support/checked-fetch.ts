// A fetch that holds every answer of the API to the OpenAPI document the service itself gives out.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

export type CheckedFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: object }> }>
}

interface Document {
  paths: Record<string, Record<string, Operation>>
}

/** Throws when an answer is not documented, has no request-id, or is not of its documented shape. */
export function createCheckedFetch(apiBase: () => string): CheckedFetch {
  const checkers = new Map<string, Promise<Checker>>()
  return async (input, init) => {
    const response = await fetch(input, init)
    const url = new URL(input instanceof Request ? input.url : input)
    const base = apiBase()
    if (url.origin !== new URL(base).origin || url.pathname.endsWith('/openapi.json')) return response
    const checker = checkers.get(base) ?? loadChecker(base)
    checkers.set(base, checker)
    const method = (input instanceof Request ? input.method : (init?.method ?? 'GET')).toLowerCase()
    await (await checker).check({ method, path: url.pathname, response: response.clone() })
    return response
  }
}

interface Answer {
  method: string
  path: string
  response: Response
}

interface Checker {
  check(answer: Answer): Promise<void>
}

async function loadChecker(apiBase: string): Promise<Checker> {
  const document = (await (await fetch(`${apiBase}/openapi.json`)).json()) as Document
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  const validators = new Map<string, ValidateFunction>()
  const validatorFor = (name: string, schema: object) => {
    const validator = validators.get(name) ?? ajv.compile(closed(schema))
    validators.set(name, validator)
    return validator
  }
  return {
    check: async ({ method, path, response }) => {
      const operation = operationAt(document, method, path)
      if (operation === undefined) return
      const name = `${method.toUpperCase()} ${operation.pattern} → ${response.status}`
      if (!response.headers.get('request-id')) throw new Error(`${name} has no request-id`)
      const documented = operation.responses[String(response.status)]
      if (documented === undefined) throw new Error(`${name} is not in the OpenAPI document`)
      const schema = documented.content?.['application/json']?.schema
      if (schema === undefined) return
      const validate = validatorFor(name, schema)
      const body: unknown = await response.json()
      if (!validate(body))
        throw new Error(
          `${name} breaks its schema: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(body)}`,
        )
    },
  }
}

/** An answer has the documented fields and no others. */
function closed(schema: object): object {
  return JSON.parse(JSON.stringify(schema), (_key, value) =>
    value !== null && typeof value === 'object' && 'properties' in value && !('additionalProperties' in value)
      ? { ...value, additionalProperties: false }
      : value,
  )
}

function operationAt(document: Document, method: string, path: string) {
  for (const [pattern, operations] of Object.entries(document.paths)) {
    const operation = operations[method]
    const regex = new RegExp(`^${pattern.replace(/\{[^}]+\}/g, '[^/]+')}$`)
    if (operation !== undefined && regex.test(path)) return { pattern, responses: operation.responses }
  }
  return undefined
}
