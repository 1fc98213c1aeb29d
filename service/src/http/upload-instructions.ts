// Where a client's bytes go, and by what right: a pure function of the attempt and of who asked for it.
import { formKey } from '../assets/attempt.ts'
import type { Ports, Upload, UploadForm } from '../assets/ports.ts'
import { uploadTokenFor } from '../assets/upload-token.ts'
import type { Actor } from '../ground/actor.ts'
import type { SigningKeys } from '../ground/keyring.ts'
import type { Urls } from './urls.ts'

/** What a form says of a file whose type nobody has declared. */
const UNTYPED = 'application/octet-stream'

export interface UploadInstructions {
  form: UploadForm
  /** Our own door. */
  door: string
  token: string
}

type InstructionPorts = Pick<Ports, 'forms'> & { urls: Urls; signing: Pick<SigningKeys, 'uploadTokens'> }

export async function instructionsFor(
  ports: InstructionPorts,
  actor: Actor,
  upload: Upload,
): Promise<UploadInstructions> {
  return {
    form: await formFor(ports, upload),
    door: ports.urls.upload(upload.attempt),
    token: uploadTokenFor(
      ports.signing.uploadTokens.at(upload.attempt.signedAt),
      upload.attempt,
      actor.keyId,
    ),
  }
}

/** Straight to the store where it takes forms, else to our own door. */
async function formFor({ urls, forms }: InstructionPorts, { asset, attempt }: Upload): Promise<UploadForm> {
  if (forms === undefined) return { url: urls.upload(attempt), fields: {} }
  const { maxBytes, signedAt, expiresAt } = attempt
  const contentType = asset.declaredType ?? UNTYPED
  return forms.formFor({ key: formKey(attempt), contentType, maxBytes, signedAt, expiresAt })
}
