// The part of an OpenAPI 3.1 document that the reference page reads.

export interface Schema {
  $ref?: string
  type?: string | readonly string[]
  title?: string
  description?: string
  format?: string
  pattern?: string
  const?: unknown
  enum?: readonly unknown[]
  default?: unknown
  example?: unknown
  examples?: readonly unknown[]
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  multipleOf?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  minProperties?: number
  maxProperties?: number
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  additionalProperties?: boolean | Schema
  items?: Schema
  anyOf?: readonly Schema[]
  oneOf?: readonly Schema[]
  allOf?: readonly Schema[]
}

export interface Media {
  schema?: Schema
  example?: unknown
  examples?: Readonly<Record<string, { value?: unknown }>>
}

export type Content = Readonly<Record<string, Media>>

export interface Parameter {
  name: string
  in: string
  required?: boolean
  deprecated?: boolean
  description?: string
  schema?: Schema
  example?: unknown
  examples?: Readonly<Record<string, { value?: unknown }>>
}

export interface Header {
  description?: string
  required?: boolean
  schema?: Schema
}

export interface Response {
  description?: string
  headers?: Readonly<Record<string, Header>>
  content?: Content
}

export type SecurityNeeds = readonly Readonly<Record<string, readonly string[]>>[]

export interface Operation {
  operationId?: string
  summary?: string
  description?: string
  deprecated?: boolean
  tags?: readonly string[]
  parameters?: readonly Parameter[]
  requestBody?: { description?: string; required?: boolean; content?: Content }
  responses?: Readonly<Record<string, Response>>
  security?: SecurityNeeds
  servers?: readonly { url: string }[]
}

export const methods = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const
export type Method = (typeof methods)[number]

export type PathItem = Readonly<Partial<Record<Method, Operation>>> & { parameters?: readonly Parameter[] }

export interface SecurityScheme {
  type: string
  scheme?: string
  description?: string
}

export interface OpenApiDocument {
  info: { title: string; version: string; description?: string }
  tags?: readonly { name: string; description?: string }[]
  paths?: Readonly<Record<string, PathItem>>
  security?: SecurityNeeds
  components?: {
    schemas?: Readonly<Record<string, Schema>>
    securitySchemes?: Readonly<Record<string, SecurityScheme>>
  }
}
