// Queries that are built once: Kysely takes longer to build one than SQLite takes to run it.
import type { CompiledQuery } from 'kysely'

/** Where a call's value for one place in the SQL is found. */
type Reader = (given: object) => unknown

interface Template<Row> {
  query: CompiledQuery<Row>
  readers: Reader[]
}

/**
 * `build` may put what it is given, values by name or groups of them, wherever a value may stand, but must not look at
 * it: it runs once for each shape, a set of names, and every call of that shape shares its SQL. A null is a value like
 * any other, so what may be null is compared with `is not distinct from`.
 */
export function prepared<G extends object, Row>(
  build: (given: G) => CompiledQuery<Row>,
): (given: G) => CompiledQuery<Row> {
  const templates = new Map<string, Template<Row>>()
  return given => {
    const shape = shapeOf(given)
    const { query, readers } = templates.get(shape) ?? keep(templates, shape, templateOf(build, given))
    return { ...query, parameters: readers.map(read => read(given)) }
  }
}

function keep<Row>(templates: Map<string, Template<Row>>, shape: string, template: Template<Row>) {
  templates.set(shape, template)
  return template
}

const isGroup = (value: unknown): value is object => typeof value === 'object' && value !== null

function shapeOf(given: object): string {
  let shape = ''
  for (const [name, value] of Object.entries(given))
    shape += isGroup(value) ? `${name}{${Object.keys(value)}}` : `${name},`
  return shape
}

/** Builds with an object of its own in each place, by which the places are known again in the finished query. */
function templateOf<G extends object, Row>(build: (given: G) => CompiledQuery<Row>, given: G): Template<Row> {
  const readers = new Map<unknown, Reader>()
  const place = (read: Reader): object => {
    const mark = Object.freeze({})
    readers.set(mark, read)
    return mark
  }
  const marks = marked(given, (name, value) =>
    isGroup(value)
      ? marked(value, inner => place(values => named(named(values, name), inner)))
      : place(values => named(values, name)),
  )
  const query = build(marks)
  return { query, readers: query.parameters.map(part => readers.get(part) ?? (() => part)) }
}

const marked = <T extends object>(given: T, mark: (name: string, value: unknown) => object): T =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, mark(name, value)])) as T // by the same names

const named = (values: unknown, name: string): unknown => (values as Record<string, unknown>)[name] // its shape has it
