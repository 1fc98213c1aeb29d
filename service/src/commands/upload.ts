// `herbarium upload`: files to assets by the API's three calls.
import { openAsBlob } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import { readClientSettings } from '../config/client-settings.ts'
import type { Config } from '../config/config.ts'
import { localOrigin } from '../config/local-origin.ts'
import { type Api, createApi, type UploadedAsset } from './api.ts'
import { CommandFailure } from './failure.ts'
import type { OutputOptions } from './output.ts'
import { usableConfig } from './with-records.ts'

type UploadOptions = OutputOptions & { workspace?: string; project?: string }

const WAIT_MS = 1_000
const MAX_WAITS = 120

export function addUpload(program: Command): void {
  program
    .command('upload')
    .description('Upload files and print their URLs; reads FLORA_API_KEY and FLORA_BASE_URL')
    .argument('<file...>', 'the files')
    .option('--workspace <ws_…>', "default: the key's workspace")
    .option('--project <prj_…>', "put them on this project's canvas")
    .option('--json', 'print one JSON object a file and nothing else')
    .action(uploadAll)
}

/** One file that cannot be uploaded does not stop the others. */
async function uploadAll(files: string[], options: UploadOptions): Promise<void> {
  const api = await chosenApi(usableConfig())
  const workspaceId = options.workspace ?? (await api.onlyWorkspace())
  const failures: string[] = []
  for (const file of files)
    try {
      const asset = await uploadOne(api, file, { workspaceId, project: options.project })
      console.log(options.json ? JSON.stringify(asset) : `${file}  ${asset.status}  ${asset.url}`)
      if (asset.status !== 'ready') failures.push(`${file}: ${asset.failure_message ?? 'is not ready yet'}`)
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error
      failures.push(...error.reasons.map(reason => `${file}: ${reason}`))
    }
  if (failures.length > 0) throw new CommandFailure(failures)
}

async function uploadOne(
  api: Api,
  file: string,
  target: { workspaceId: string; project: string | undefined },
): Promise<UploadedAsset> {
  const { size } = await stat(file).catch(cause => {
    throw new CommandFailure([`cannot be read (${cause.code})`], { cause })
  })
  const reserved = await api.reserve({
    source: 'signed-url',
    workspace_id: target.workspaceId,
    file_name: path.basename(file),
    file_size: size,
    ...(target.project ? { project_id: target.project } : {}),
  })
  await api.send(reserved.upload, await openAsBlob(file))
  return completed(api, reserved.asset_id)
}

/** The server answers "pending" while it still looks at the bytes. */
async function completed(api: Api, assetId: string): Promise<UploadedAsset> {
  let asset = await api.complete(assetId)
  for (let n = 0; n < MAX_WAITS && asset.status === 'pending_upload'; n++) {
    await delay(WAIT_MS)
    asset = await api.complete(assetId)
  }
  return asset
}

/** The variables that FLORA's clients read; else the installation on this machine and its first key. */
async function chosenApi(config: Config): Promise<Api> {
  const given = readClientSettings()
  const baseUrl = given.baseUrl ?? `${config.publicUrl ?? localOrigin(config, config.port)}/api/v1`
  const apiKey = given.apiKey ?? (await firstKey(config))
  if (apiKey === undefined)
    throw new CommandFailure(['Set FLORA_API_KEY to an API key; "herbarium key create" makes one.'])
  return createApi({ baseUrl, apiKey })
}

const firstKey = async (config: Config): Promise<string | undefined> =>
  (await readFile(path.join(config.dataDir, 'first-key.txt'), 'utf8').catch(() => undefined))?.trim()
