// `herbarium import`: a list of URLs to ready assets; the service fetches them.
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { type Bars, openBars } from './bars.ts'
import { type Chosen, chosenClient, WORKSPACE_OPTION } from './chosen-client.ts'
import { each, PARALLEL_OPTION } from './each.ts'
import { CommandFailure } from './failure.ts'
import { JSON_LINES_OPTION, type OutputOptions, saidOfFailure } from './output.ts'

interface ImportOptions extends OutputOptions {
  workspace?: string
  project?: string
  folder?: string
  parallel: number
}

interface Source {
  /** From 1. */
  line: number
  url: string
}

export function addImport(program: Command): void {
  program
    .command('import')
    .description(
      'Have files fetched from public https:// URLs, and wait until they are ready; reads FLORA_API_KEY and FLORA_BASE_URL',
    )
    .argument(
      '<list>',
      'a file with a URL a line, "-" for stdin; empty lines and those that begin with # are skipped',
    )
    .option(...WORKSPACE_OPTION)
    .option('--project <prj_…>', "put them on this project's canvas")
    .option('--folder <folder>', 'file them in this folder')
    .option(...PARALLEL_OPTION)
    .option(...JSON_LINES_OPTION)
    .action(importAll)
}

async function importAll(list: string, options: ImportOptions): Promise<void> {
  const sources = sourcesIn(await readList(list))
  const chosen = await chosenClient(options)
  const bars = openBars({ count: sources.length, whole: sources.length }, options)
  try {
    await each(sources, {
      parallel: options.parallel,
      name: ({ line, url }) => `line ${line}: ${url}`,
      act: source => importOne(chosen, source, { options, bars }),
      failed: ({ url }, error) => {
        if (options.json) bars.print(JSON.stringify({ source: url, ...saidOfFailure(error) }))
      },
    })
  } finally {
    bars.close()
  }
}

const readList = (list: string): Promise<string> =>
  list === '-'
    ? text(process.stdin)
    : readFile(list, 'utf8').catch(cause => {
        throw new CommandFailure([`${list}: cannot be read (${cause.code})`], { cause })
      })

const sourcesIn = (content: string): Source[] =>
  content
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, n) => ({ line: n + 1, url: line.trim() }))
    .filter(({ url }) => url !== '' && !url.startsWith('#'))

async function importOne(
  { client, workspaceId }: Chosen,
  { url }: Source,
  { options, bars }: { options: ImportOptions; bars: Bars },
): Promise<void> {
  const said = { workspaceId, projectId: options.project, folder: options.folder, name: nameIn(url) }
  try {
    bars.show(url, 0, 1)
    const asset = await client.importUrl(url, said)
    bars.print(
      options.json ? JSON.stringify({ source: url, ...asset }) : `${url}  ${asset.status}  ${asset.url}`,
    )
  } finally {
    bars.end(url, 1)
  }
}

/** The last part of the path, where it can be a name. */
function nameIn(url: string): string | undefined {
  try {
    const name = decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '')
    return /^[^\p{C}/\\]{1,200}$/u.test(name) && !/^\.+$/.test(name) ? name : undefined
  } catch {
    return undefined
  }
}
