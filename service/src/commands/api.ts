// The API as the operator's command calls it.
import { z } from 'zod'
import { CommandFailure } from './failure.ts'

const instructions = z.object({
  url: z.string(),
  file_field: z.string(),
  form_fields: z.record(z.string(), z.string()),
})
const reservation = z.object({ asset_id: z.string(), upload: instructions })
const asset = z.looseObject({
  asset_id: z.string(),
  status: z.string(),
  url: z.string(),
  failure_message: z.string().nullish(),
})
const workspaces = z.object({ workspaces: z.array(z.object({ workspace_id: z.string() })) })
const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) })

export type UploadedAsset = z.output<typeof asset>
export type Api = ReturnType<typeof createApi>

/** `baseUrl` ends in /api/v1. Every method throws a CommandFailure that says what the server said. */
export function createApi({ baseUrl, apiKey }: { baseUrl: string; apiKey: string }) {
  const call = async <S extends z.ZodType>(
    shape: S,
    method: string,
    path: string,
    body?: object,
  ): Promise<z.output<S>> => {
    const response = await request(`${baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return shape.parse(await response.json())
  }
  return {
    reserve: (body: object) => call(reservation, 'POST', '/assets', body),
    complete: (assetId: string) => call(asset, 'POST', `/assets/${assetId}/complete`),
    onlyWorkspace: async () => {
      const [first] = (await call(workspaces, 'GET', '/workspaces')).workspaces
      if (first === undefined) throw new CommandFailure(['This key opens no workspace.'])
      return first.workspace_id
    },
    send: async (upload: z.output<typeof instructions>, file: Blob) => {
      const form = new FormData()
      for (const [name, value] of Object.entries(upload.form_fields)) form.append(name, value)
      form.append(upload.file_field, file)
      await request(upload.url, { method: 'POST', body: form })
    },
  }
}

async function request(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch(cause => {
    throw new CommandFailure([`${new URL(url).origin} does not answer: is the server running there?`], {
      cause,
    })
  })
  if (response.ok) return response
  const said = refusal.safeParse(await response.json().catch(() => undefined))
  throw new CommandFailure([
    said.success
      ? `${said.data.error.code}: ${said.data.error.message}`
      : `The server answered ${response.status}.`,
  ])
}
