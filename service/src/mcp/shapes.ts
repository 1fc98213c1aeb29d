// What several tools take and answer, in the API's own words.
import type { Asset, ListedAsset } from '@herbarium/client'
import { z } from 'zod'

const id = (prefix: RegExp, example: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix.source}\\S+$`), { error: `must be an id such as ${example}` })
    .max(128)

export const assetId = id(/asset_/, 'asset_7c2f0e8a41d94b6f').describe("An asset's id")
export const projectId = id(/(?:prj|proj)_/, 'prj_7c2f0e8a41d94b6f').describe("A project's id")
export const folder = z.string().describe('A folder, such as herbs/july')
export const metadata = z
  .record(z.string(), z.string())
  .describe('Pairs of words, at most 16 and 4 KB in all')

/** What is said of an asset to be. */
export const description = {
  folder: folder.optional(),
  project_id: projectId.optional().describe('Put on this canvas once it is ready'),
  content_type: z.string().optional().describe('A media type; the bytes decide in any case'),
  metadata: metadata.optional(),
  sha256: z.string().optional().describe('Of the whole file, in hex: other bytes are refused'),
}

export interface Said {
  file_name?: string | undefined
  folder?: string | undefined
  project_id?: string | undefined
  content_type?: string | undefined
  metadata?: Record<string, string> | undefined
  sha256?: string | undefined
}

/** The same as the client's options. */
export const optionsOf = (said: Said) => ({
  name: said.file_name,
  folder: said.folder,
  projectId: said.project_id,
  contentType: said.content_type,
  metadata: said.metadata,
  sha256: said.sha256,
})

export const status = z.enum(['pending_upload', 'ready', 'failed'])

export const mediaUrl = z
  .string()
  .describe('Answers once the asset is ready. For good, or where it says "expires" until then: get it again')

const facts = {
  asset_id: z.string(),
  status,
  name: z.string().nullable(),
  folder: z.string(),
  url: mediaUrl,
  content_type: z.string().describe('What the bytes are; until they have been looked at, what was declared'),
  size_bytes: z.number().nullable(),
  width: z.number().nullable().describe('Pixels'),
  height: z.number().nullable().describe('Pixels'),
  metadata: z.record(z.string(), z.string()),
  created_at: z.string().describe('ISO 8601'),
}

export const asset = z.object({ ...facts, failure_message: z.string().nullable() })
export const listedAsset = z.object({ ...facts, project_id: z.string().nullable() })

/** The fields that are named above, and no others: what an agent reads has its price. */
export const presentAsset = (it: Asset): z.output<typeof asset> => asset.parse(it)

export const presentListed = (it: ListedAsset): z.output<typeof listedAsset> =>
  listedAsset.parse({ ...it, created_at: new Date(it.created_at).toISOString() })
