// `herbarium get`: what is known of an asset, and its file.
import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Asset } from '@herbarium/client'
import type { Command } from 'commander'
import { chosenClient } from './chosen-client.ts'
import { downloadTo, downloadToStdout } from './download.ts'
import { CommandFailure } from './failure.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { sizeInWords } from './size-in-words.ts'

interface GetOptions extends OutputOptions {
  output?: string
}

const STDOUT = '-'

export function addGet(program: Command): void {
  program
    .command('get')
    .description('Show an asset, and save its file with -o; reads FLORA_API_KEY and FLORA_BASE_URL')
    .argument('<asset>', 'its id')
    .option('-o, --output <file>', 'save the file here, in a folder under its own name; "-" for stdout')
    .option(...JSON_OPTION)
    .action(get)
}

async function get(assetId: string, options: GetOptions): Promise<void> {
  const { output } = options
  if (output === STDOUT && options.json)
    throw new CommandFailure(['--json and -o - would both write to stdout: leave one out.'])
  const { client } = await chosenClient({})
  const asset = await client.get(assetId)
  if (output === undefined) return say(options, { ...asset }, linesOf(asset))
  const file = { url: asset.url, sizeBytes: sizeOf(asset) }
  if (output === STDOUT) return downloadToStdout(file)
  const target = await fileIn(output, asset)
  await downloadTo(file, target)
  say(options, { ...asset, file: target }, [`${target}  ${sizeInWords(file.sizeBytes)}`])
}

function sizeOf({ asset_id, status, size_bytes, failure_message }: Asset): number {
  if (size_bytes !== null) return size_bytes
  throw new CommandFailure([
    `${asset_id} is ${status} and has no file: ${failure_message ?? 'complete it first.'}`,
  ])
}

async function fileIn(output: string, { name, asset_id }: Asset): Promise<string> {
  const isFolder = (await stat(output).catch(() => undefined))?.isDirectory() ?? false
  return isFolder ? path.join(output, path.basename(name ?? asset_id)) : output
}

const linesOf = (asset: Asset): string[] =>
  Object.entries({
    asset_id: asset.asset_id,
    name: asset.name,
    folder: asset.folder || null,
    status: asset.status,
    failure: asset.failure_message,
    type: asset.content_type,
    size: asset.size_bytes === null ? null : `${sizeInWords(asset.size_bytes)} (${asset.size_bytes} bytes)`,
    pixels: asset.width === null ? null : `${asset.width} × ${asset.height}`,
    created: asset.created_at,
    url: asset.url,
    ...Object.fromEntries(Object.entries(asset.metadata).map(([key, value]) => [`metadata.${key}`, value])),
  })
    .filter(([, value]) => value !== null)
    .map(([label, value]) => `${label.padEnd(10)} ${value}`)
