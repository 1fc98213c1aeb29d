// A small file in one request.
import { clearAway } from './clear-away.ts'
import { describing, fieldsOf } from './description.ts'
import { failedVerification } from './errors.ts'
import { formOf, formTimeoutMs } from './form.ts'
import type { SourceFile } from './source.ts'
import { isCancelled, teller, type UploadOptions, type UploadPorts } from './upload-options.ts'
import type { Asset } from './wire.ts'

/** The request itself is not stopped by the signal: only its answer says which asset is to be removed. */
export async function uploadDirectly(
  ports: UploadPorts,
  file: SourceFile,
  options: UploadOptions,
): Promise<Asset> {
  const { signal } = options
  const totalBytes = file.blob.size
  const tell = teller(options.onProgress, totalBytes)
  tell('sending', 0)
  const workspaceId = await ports.workspaceId(options.workspaceId)
  const fields = fieldsOf({ ...describing(options, file), workspace_id: workspaceId })
  const stored = await ports.api.storeDirect(formOf(fields, 'file', file), formTimeoutMs(totalBytes))
  if (isCancelled(signal)) return clearAway(ports, stored, signal)
  if (stored.status === 'failed') throw failedVerification(stored.asset_id, stored.failure_message)
  const asset = await ports.api.get(stored.asset_id)
  tell('ready', totalBytes)
  return asset
}
