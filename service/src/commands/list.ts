// `herbarium list`: assets that fit, newest first.
import type { AssetStatus, ListedAsset } from '@herbarium/client'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { chosenClient, WORKSPACE_OPTION } from './chosen-client.ts'
import { JSON_LINES_OPTION, type OutputOptions } from './output.ts'
import { sizeInWords } from './size-in-words.ts'

interface ListOptions extends OutputOptions {
  workspace?: string
  query?: string
  type?: string
  status?: AssetStatus
  folder?: string
  project?: string
  limit: number
  all?: boolean
}

const MAX_PAGE = 100

export function addList(program: Command): void {
  program
    .command('list')
    .description('List assets, newest first; reads FLORA_API_KEY and FLORA_BASE_URL')
    .option(...WORKSPACE_OPTION)
    .option('--query <text>', 'names that have this in them')
    .option('--type <type>', 'image, video, audio, pdf, or a media type')
    .addOption(new Option('--status <status>').choices(['pending_upload', 'ready', 'failed']))
    .option('--folder <folder>', 'exactly this folder')
    .option('--project <prj_…>', "on this project's canvas, or bound for it")
    .option('--limit <n>', 'so many at most', readLimit, 20)
    .option('--all', 'all there are')
    .option(...JSON_LINES_OPTION)
    .action(list)
}

function readLimit(text: string): number {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('It must be a whole number from 1.')
  return n
}

async function list(options: ListOptions): Promise<void> {
  const { client, workspaceId } = await chosenClient(options)
  const { query, type, status, folder, project: projectId } = options
  const limit = options.all ? Number.POSITIVE_INFINITY : options.limit
  const pageSize = Math.min(limit, MAX_PAGE)
  let count = 0
  for await (const asset of client.list({ workspaceId, query, type, status, folder, projectId, pageSize })) {
    console.log(options.json ? JSON.stringify(asset) : lineOf(asset))
    if (++count === limit) return
  }
}

const lineOf = ({ asset_id, status, size_bytes, folder, name, content_type }: ListedAsset): string => {
  const size = size_bytes === null ? '-' : sizeInWords(size_bytes)
  const shown = [folder, name ?? '(no name)'].filter(Boolean).join('/')
  return `${asset_id}  ${status.padEnd('pending_upload'.length)}  ${size.padStart(8)}  ${content_type.padEnd(16)}  ${shown}`
}
