// The API as commands speak to it that work on assets: by the client that applications use.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Client, type ClientOptions, createClient } from '@herbarium/client'
import { readClientSettings } from '../config/client-settings.ts'
import type { Config } from '../config/config.ts'
import { localOrigin } from '../config/local-origin.ts'
import { CommandFailure } from './failure.ts'
import { keptUploads } from './kept-uploads.ts'
import { usableConfig } from './with-records.ts'

export interface Chosen {
  client: Client
  workspaceId: string
}

export const WORKSPACE_OPTION = ['--workspace <ws_…>', "default: the key's workspace"] as const

/**
 * The API of the variables that FLORA's clients read; else the installation on this machine and its first key. It is
 * asked once before anything is begun, so that a wrong key or a server that is not there is told at once.
 */
export async function chosenClient(options: { workspace?: string }): Promise<Chosen> {
  const settings = await clientSettings()
  const [first] = await createClient({ ...settings, maxRetries: 1 }).workspaces()
  const workspaceId = options.workspace ?? first?.workspace_id
  if (workspaceId === undefined) throw new CommandFailure(['This key opens no workspace.'])
  return { client: createClient(settings), workspaceId }
}

/** The same API for a process that is there before it is asked: whatever is wrong is told by its first answer. */
export const configuredClient = async (): Promise<Client> =>
  createClient({ ...(await clientSettings()), maxRetries: 2 })

async function clientSettings(): Promise<ClientOptions> {
  const config = usableConfig()
  const { stateDir, ...given } = readClientSettings()
  const baseUrl = given.baseUrl ?? `${config.publicUrl ?? localOrigin(config, config.port)}/api/v1`
  const apiKey = given.apiKey ?? (await firstKey(config))
  if (apiKey === undefined)
    throw new CommandFailure(['Set FLORA_API_KEY to an API key; "herbarium key create" makes one.'])
  return { baseUrl, apiKey, store: keptUploads(path.join(stateDir, 'uploads')) }
}

const firstKey = async (config: Config): Promise<string | undefined> =>
  (await readFile(path.join(config.dataDir, 'first-key.txt'), 'utf8').catch(() => undefined))?.trim()
