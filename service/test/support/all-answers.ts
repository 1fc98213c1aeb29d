// Everything that an installation answers to who only reads, to be compared with what another one answers.
import { createHash } from 'node:crypto'
import type { ReachedTenant } from './process-street.ts'

const HEADERS = [
  'content-type',
  'content-disposition',
  'content-length',
  'etag',
  'cache-control',
  'x-content-type-options',
]
const FILTERS = ['', '&status=ready', '&query=fern', '&type=audio', '&folder=herbs', '&metadata.rare=yes']
const MAX_PAGES = 200

/** By what was asked: each answer without the origin, cursors followed to their end. */
export async function allAnswers(tenant: ReachedTenant): Promise<Map<string, string>> {
  const answers = new Map<string, string>()
  const ask = async (path: string) => {
    const response = await tenant.call(path)
    const text = (await response.text()).replaceAll(tenant.origin, '')
    answers.set(path, `${response.status} ${text}`)
    return JSON.parse(text)
  }
  const pages = async (path: string) => {
    let cursor: string | null = null
    const all = []
    for (let n = 0; n < MAX_PAGES; n++) {
      const page = await ask(`${path}${cursor === null ? '' : `&cursor=${cursor}`}`)
      all.push(page)
      cursor = page.meta.next_cursor
      if (cursor === null) return all
    }
    throw new Error(`${path} has no end`)
  }
  await ask('/workspaces')
  const ofWorkspace = `workspace_id=${tenant.workspaceId}`
  for (const page of await pages(`/projects?${ofWorkspace}&limit=1`))
    for (const { project_id } of page.projects) {
      await ask(`/projects/${project_id}`)
      await pages(`/projects/${project_id}/nodes?limit=2`)
    }
  for (const filter of FILTERS)
    for (const page of await pages(`/assets?${ofWorkspace}&limit=2${filter}`))
      for (const { asset_id } of page.assets) {
        const asset = await ask(`/assets/${asset_id}`)
        await ask(`/assets/${asset_id}/media`)
        if (asset.url) answers.set(asset.url, await served(tenant, asset.url))
      }
  return answers
}

async function served(tenant: ReachedTenant, url: string): Promise<string> {
  const response = await fetch(new URL(url, tenant.origin))
  const sha256 = createHash('sha256')
    .update(Buffer.from(await response.arrayBuffer()))
    .digest('hex')
  return [response.status, sha256, ...HEADERS.map(name => response.headers.get(name))].join(' ')
}
