// Every operation that the service's own OpenAPI document names, so that a test of all of them forgets none.

interface Schema {
  properties?: Record<string, Schema>
  anyOf?: Schema[]
}

interface DocumentedOperation {
  parameters?: { in: string; name: string; required?: boolean }[]
  security?: Record<string, unknown>[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  'x-required-scopes'?: string[]
}

export interface Operation {
  /** In capitals. */
  method: string
  /** As documented, with `{name}` in place of each part that is chosen. */
  path: string
  /** Names of what may stand in the path and in the query. */
  inPath: string[]
  inQuery: string[]
  /** Names of the body's fields, by its media type. */
  inBody: Record<string, string[]>
  /** Names of the security schemes that it takes where they are not those of the whole document. */
  credentials: string[]
  /** A key needs one of them; none where no key is needed. */
  scopes: string[]
}

/** All of them; throws when the document has none. */
export async function operationsOf(origin: string): Promise<Operation[]> {
  const answer = await fetch(`${origin}/api/v1/openapi.json`)
  const { paths } = (await answer.json()) as { paths: Record<string, Record<string, DocumentedOperation>> }
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => read(method.toUpperCase(), path, operation)),
  )
  if (all.length === 0) throw new Error('the document names no operation')
  return all
}

function read(method: string, path: string, documented: DocumentedOperation): Operation {
  const { parameters = [], requestBody, security = [] } = documented
  const named = (place: string) => parameters.filter(one => one.in === place).map(({ name }) => name)
  const bodies = Object.entries(requestBody?.content ?? {})
  return {
    method,
    path,
    inPath: named('path'),
    inQuery: named('query'),
    inBody: Object.fromEntries(bodies.map(([type, { schema }]) => [type, fieldsOf(schema)])),
    credentials: security.flatMap(scheme => Object.keys(scheme)),
    scopes: documented['x-required-scopes'] ?? [],
  }
}

const fieldsOf = ({ properties = {}, anyOf = [] }: Schema): string[] => [
  ...Object.keys(properties),
  ...anyOf.flatMap(fieldsOf),
]

/** The path with its parts filled in, each encoded. */
export const filled = (path: string, parts: Record<string, string>): string =>
  path.replace(/\{([^}]+)\}/g, (_, name) => encodeURIComponent(parts[name] ?? ''))
