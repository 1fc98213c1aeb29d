// Pages of other origins: everyone's may use upload tokens, those that the operator names the whole API.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { reserve } from '../support/reserve.ts'
import { type RunningService, startService } from '../support/start-service.ts'

const LISTED = 'https://app.example.com'
const STRANGE = 'https://elsewhere.example.net'

let closedOff: RunningService
let listing: RunningService
let open: RunningService
beforeAll(async () => {
  const start = async (origins?: string) =>
    startService({
      environment: { PORT: String(await freePort()), ...(origins ? { CORS_ORIGINS: origins } : {}) },
    })
  ;[closedOff, listing, open] = [await start(), await start(LISTED), await start('*')]
})
afterAll(async () => {
  for (const herbarium of [closedOff, listing, open]) await herbarium?.close()
})

/** What a browser asks before it sends `method` with an Authorization header. */
async function preflight(herbarium: RunningService, origin: string, [method, path]: [string, string]) {
  const { status, headers } = await fetch(`${herbarium.origin}/api/v1${path}`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization, content-type, idempotency-key',
    },
  })
  const list = (name: string) => (headers.get(name) ?? '').split(', ')
  const allowed = headers.get('access-control-allow-origin')
  const isAllowed =
    status === 204 &&
    (allowed === '*' || allowed === origin) &&
    list('access-control-allow-methods').includes(method) &&
    ['authorization', 'content-type', 'idempotency-key'].every(name =>
      list('access-control-allow-headers').includes(name),
    )
  return { isAllowed, credentials: headers.get('access-control-allow-credentials') }
}

const BY_TOKEN: [string, string][] = [
  ['GET', '/assets/asset_x'],
  ['POST', '/assets/asset_x/complete'],
  ['POST', '/assets/asset_x/retry'],
]
const BY_KEY_ALONE: [string, string][] = [
  ['DELETE', '/assets/asset_x'],
  ['POST', '/assets'],
  ['GET', '/assets'],
  ['GET', '/assets/asset_x/media'],
  ['GET', '/workspaces'],
]

test.each(BY_TOKEN)('%s %s may be asked from any page, whatever the operator lists', async (...asked) => {
  for (const herbarium of [closedOff, listing, open])
    for (const origin of [LISTED, STRANGE])
      expect(await preflight(herbarium, origin, asked)).toEqual({ isAllowed: true, credentials: null })
})

test.each(BY_KEY_ALONE)('%s %s may be asked from pages that the operator lists', async (...asked) => {
  const isAllowed = async (herbarium: RunningService, origin: string) =>
    (await preflight(herbarium, origin, asked)).isAllowed
  expect(await isAllowed(closedOff, LISTED)).toBe(false)
  expect(await isAllowed(listing, LISTED)).toBe(true)
  expect(await isAllowed(listing, STRANGE)).toBe(false)
  expect(await isAllowed(open, STRANGE)).toBe(true)
})

test('a page of any origin reads what a token is answered, refusals and their headers too', async () => {
  for (const herbarium of [closedOff, listing, open]) {
    const { asset_id, upload } = await reserve(herbarium)
    for (const [token, status] of [
      [upload.token, 409],
      [`${upload.token}x`, 401],
    ] as const) {
      const answer = await herbarium.fetch(`${herbarium.origin}/api/v1/assets/${asset_id}/complete`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, origin: STRANGE },
      })
      expect(answer.status).toBe(status)
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      const exposed = (answer.headers.get('access-control-expose-headers') ?? '').split(', ')
      expect(exposed).toEqual(expect.arrayContaining(['request-id', 'retry-after', 'idempotent-replayed']))
    }
  }
})

test('no page of an origin that is not listed reads what else the API answers', async () => {
  for (const path of ['/assets', '/workspaces', '/assets/asset_x/media'])
    for (const herbarium of [closedOff, listing]) {
      const answer = await herbarium.call(path, { headers: { origin: STRANGE } })
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    }
})
