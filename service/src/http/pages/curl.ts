// Writes the curl lines that call an operation, ready to be pasted into a shell.
import type { Parameter, Schema } from './openapi.ts'
import { type BodyForm, bodyFormsOf, type Entry } from './operations.ts'
import { givenSample, isWorthShowing, sampleObject, sampleOf } from './samples.ts'
import { alternativesOf, fieldsOf, isBinary, type Resolve } from './schemas.ts'

export interface CurlExample {
  title: string | undefined
  command: string
}

/** Gives an operation its address, with the holes of the path still in it. */
export type AddressOf = (entry: Pick<Entry, 'path' | 'operation'>) => string

/**
 * Paths lie below the absolute `apiBase`, unless the operation names a server of its own, or the
 * document writes paths in full, with the base's own path in front.
 */
export function createAddressOf(apiBase: string, paths: readonly string[]): AddressOf {
  const base = withoutSlash(apiBase)
  const { origin, pathname } = new URL(base)
  const basePath = withoutSlash(pathname)
  const areFull = basePath !== '' && paths.some(path => path.startsWith(`${basePath}/`))
  return ({ path, operation }) => {
    const server = operation.servers?.[0]?.url
    if (server !== undefined) return withoutSlash(new URL(server, origin).href) + path
    return (areFull ? origin : base) + path
  }
}

const withoutSlash = (address: string) => address.replace(/\/+$/, '')

/** One example for each way to fill the body; a single one where there is no body. */
export function curlExamples(entry: Entry, resolve: Resolve, addressOf: AddressOf): CurlExample[] {
  const address = quote(filledAddress(entry, resolve, addressOf(entry)))
  // The address has a line of its own, so that long ones do not break the line in an odd place.
  const start = [`curl${methodOption(entry)}`, address, ...headerOptions(entry, resolve)]
  const forms = bodyFormsOf(entry.operation.requestBody?.content, resolve)
  if (forms.length === 0) return [{ title: undefined, command: join(start) }]
  return forms.map(form => ({
    title: form.title ?? (forms.length > 1 ? form.contentType : undefined),
    command: join([...start, ...bodyOptions(form, resolve)]),
  }))
}

const join = (lines: string[]) => lines.join(' \\\n  ')

/** Nothing but a single quote has a meaning to the shell inside single quotes. */
const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

const methodOption = ({ method }: Entry) => {
  if (method === 'get') return ''
  return method === 'head' ? ' --head' : ` -X ${method.toUpperCase()}`
}

function filledAddress({ parameters }: Entry, resolve: Resolve, address: string): string {
  const path = address.replace(/\{([^}]+)\}/g, (_hole, name: string) => {
    const parameter = parameters.find(candidate => candidate.in === 'path' && candidate.name === name)
    return encodeURIComponent(asText(parameterSample(parameter ?? { name, in: 'path' }, resolve)))
  })
  const query = parameters.filter(parameter => parameter.in === 'query' && isShown(parameter, resolve))
  if (query.length === 0) return path
  const pairs = new URLSearchParams()
  for (const parameter of query) pairs.append(parameter.name, asText(parameterSample(parameter, resolve)))
  return `${path}?${pairs}`
}

function headerOptions({ parameters, needsKey }: Entry, resolve: Resolve): string[] {
  const shown = parameters.filter(parameter => parameter.in === 'header' && isShown(parameter, resolve))
  const headers = shown.map(
    parameter => `-H ${quote(`${parameter.name}: ${asText(parameterSample(parameter, resolve))}`)}`,
  )
  // Double quotes here, so that the shell puts the key in.
  return [...(needsKey ? ['-H "Authorization: Bearer $FLORA_API_KEY"'] : []), ...headers]
}

const isShown = (parameter: Parameter, resolve: Resolve) =>
  parameter.required === true || parameterGiven(parameter, resolve) !== undefined

const parameterGiven = ({ schema = {}, ...parameter }: Parameter, resolve: Resolve) =>
  givenSample({ ...parameter, schema: resolve(schema) })

const parameterSample = (parameter: Parameter, resolve: Resolve) =>
  parameterGiven(parameter, resolve) ?? sampleOf(parameter.name, parameter.schema ?? {}, resolve)

function bodyOptions({ contentType, schema }: BodyForm, resolve: Resolve): string[] {
  if (contentType === 'multipart/form-data') return formOptions(schema, resolve)
  if (contentType.includes('json')) {
    const body = schema.properties ? sampleObject(schema, resolve) : sampleOf('body', schema, resolve)
    return [contentTypeOption(contentType), `-d ${quote(JSON.stringify(body, null, 2))}`]
  }
  const concrete = contentType.includes('*') ? 'application/octet-stream' : contentType
  return [contentTypeOption(concrete), `--data-binary @${fileName(schema)}`]
}

const contentTypeOption = (contentType: string) => `-H ${quote(`Content-Type: ${contentType}`)}`

function formOptions(schema: Schema, resolve: Resolve): string[] {
  return fieldsOf(schema, resolve)
    .filter(isWorthShowing)
    .map(({ name, schema: field }) => {
      const [plain = field] = alternativesOf(field, resolve)
      const value = isBinary(plain) ? `@${fileName(plain)}` : asText(sampleOf(name, field, resolve))
      return `-F ${quote(`${name}=${value}`)}`
    })
}

const fileName = (schema: Schema) => {
  const given = givenSample({ schema })
  return typeof given === 'string' ? given.replace(/[^\w.-]+/g, '_') : 'picture.png'
}

const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
