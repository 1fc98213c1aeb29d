// What a caller says of an asset to be, in the API's words.
import type { SourceFile } from './source.ts'
import type { Retention } from './wire.ts'

export interface Description {
  /** Default: the API key's workspace. */
  workspaceId?: string | undefined
  /** The asset goes on this project's canvas once it is ready. */
  projectId?: string | undefined
  folder?: string | undefined
  /** Default: the file's own. */
  name?: string | undefined
  /** Default: the file's own. The bytes decide in any case. */
  contentType?: string | undefined
  /** At most 16 pairs, 4 KB in all. */
  metadata?: Record<string, string> | undefined
  /** Of the whole file, in hex: other bytes are refused. */
  sha256?: string | undefined
  /** Default: `standard`. */
  retention?: Retention | undefined
  /** With `ephemeral`, from a minute to a year. */
  deleteAfterSeconds?: number | undefined
}

/** The body of POST /assets but for its source and workspace; undefined fields drop out of the JSON. */
export const bodyOf = (said: Description & { size?: number | undefined }) => ({
  project_id: said.projectId,
  folder: said.folder,
  file_name: said.name,
  content_type: said.contentType,
  metadata: said.metadata,
  sha256: said.sha256,
  file_size: said.size,
  retention: said.retention,
  delete_after_seconds: said.deleteAfterSeconds,
})

export type Body = ReturnType<typeof bodyOf>

export const describing = (said: Description, { blob, name }: SourceFile): Body =>
  bodyOf({
    ...said,
    name: name ?? undefined,
    contentType: said.contentType || blob.type || undefined,
    size: blob.size,
  })

/** As the fields of a form. */
export function fieldsOf(body: Body & { workspace_id: string }): Record<string, string> {
  const { metadata, ...plain } = body
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(plain)) if (value !== undefined) fields[name] = String(value)
  for (const [key, value] of Object.entries(metadata ?? {})) fields[`metadata[${key}]`] = value
  return fields
}
