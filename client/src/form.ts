// A whole file in one form: to the URL of its reservation, or directly to the API.
import type { Send } from './send.ts'
import type { SourceFile } from './source.ts'
import type { UploadInstructions } from './wire.ts'

/** A line slower than 10 kB/s is one for a resumable upload. */
export const formTimeoutMs = (bytes: number): number => 60_000 + Math.ceil(bytes / 10)

export interface FormUpload {
  send: Send
  upload: UploadInstructions
  file: SourceFile
  signal: AbortSignal | undefined
  assetId: string
}

export async function sendForm({ send, upload, file, signal, assetId }: FormUpload): Promise<void> {
  const { url, form_fields, file_field } = upload
  const body = formOf(form_fields, file_field, file)
  await send({ method: 'POST', url, body, signal, assetId, timeoutMs: formTimeoutMs(file.blob.size) })
}

/** The fields stand before the file, as a bucket wants them. */
export function formOf(
  fields: Record<string, string>,
  fileField: string,
  { blob, name }: SourceFile,
): FormData {
  const form = new FormData()
  for (const [field, value] of Object.entries(fields)) form.append(field, value)
  form.append(fileField, blob, name ?? 'blob')
  return form
}
