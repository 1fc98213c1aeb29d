// Where a client's form goes: straight to the store where it takes forms, else to our own door.
import { formKey } from '../assets/attempt.ts'
import type { Ports, Upload, UploadForm } from '../assets/ports.ts'
import type { Urls } from './urls.ts'

/** What a form says of a file whose type nobody has declared. */
const UNTYPED = 'application/octet-stream'

export async function uploadForm(
  { urls, forms }: Pick<Ports, 'forms'> & { urls: Urls },
  { asset, attempt }: Upload,
): Promise<UploadForm> {
  if (forms === undefined) return { url: urls.upload(attempt), fields: {} }
  const { maxBytes, signedAt, expiresAt } = attempt
  const contentType = asset.declaredType ?? UNTYPED
  return forms.formFor({ key: formKey(attempt), contentType, maxBytes, signedAt, expiresAt })
}
