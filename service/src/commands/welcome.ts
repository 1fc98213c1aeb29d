// What a start prints: where everything is, and the first thing to try.
import type { Config } from '../config/config.ts'
import type { Worker } from '../service/worker.ts'
import type { Service } from '../service.ts'
import { version } from '../version.ts'

/** The first API key as it can be told: itself on a terminal, else the file that holds it. */
export type ToldKey = { key: string } | { file: string }

export async function welcome(service: Service, config: Config, told: ToldKey | undefined): Promise<string> {
  const [workspace] = await service.records.workspaces.list()
  const workspaceId = workspace?.id ?? 'ws_…'
  const projects = await service.records.projects.list({ workspaceId }, { limit: 1 })
  return `
Herbarium ${version} is ready.

  Page       ${service.urls.page()}
  API base   ${service.urls.api()}
  Reference  ${service.urls.docs()}
  Data       ${config.dataDir}
${metricsLine(service)}  Workspace  ${workspaceId} (${workspace?.name ?? 'none yet'})
  Project    ${projects.items[0]?.id ?? 'none yet'}
${keyLines(told)}
Upload a picture; the answer's "url" shows it:

  curl ${service.urls.api()}/assets \\
    -H "Authorization: Bearer ${keyInCommand(told)}" \\
    -F workspace_id=${workspaceId} -F file=@docs/sample.png

Make another key:

  npx herbarium key create --name laptop
`
}

/** Where metrics are told, if they are. */
export const metricsLine = ({ metricsUrl }: Worker): string =>
  metricsUrl === undefined ? '' : `  Metrics    ${metricsUrl}\n`

function keyLines(told: ToldKey | undefined): string {
  if (told === undefined) return ''
  return 'key' in told
    ? `  API key    ${told.key}\n             (shown this once: keep it)\n`
    : `  API key    in ${told.file}\n`
}

function keyInCommand(told: ToldKey | undefined): string {
  if (told === undefined) return '$FLORA_API_KEY'
  return 'key' in told ? told.key : `$(cat ${told.file})`
}
