// The page in a real browser: signing in, finding an asset, and what can be done with it.
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/ground/clock.ts'
import { revokeKey } from '../../src/keys/revoke.ts'
import { openBrowser } from '../support/open-browser.ts'
import { openPage, propertyOf, signIn, soon, type WatchedPage } from '../support/open-page.ts'
import { readyAsset } from '../support/ready-asset.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'

vi.setConfig({ testTimeout: 120_000 }) // a browser takes its time on a busy machine

let herbarium: RunningService
let browser: Browser
let watched: WatchedPage
let page: Page
const idOf = new Map<string, string>()
beforeAll(async () => {
  ;[herbarium, browser] = await Promise.all([startService(), openBrowser()])
  for (const name of ['i.png', 'v.mp4', 'a.mp3', 'three.pdf'])
    idOf.set(name, (await readyAsset(herbarium, await sampleBytes(name), name)).assetId)
  await herbarium.call('/assets', {
    method: 'POST',
    body: formOf('html.png', await sampleBytes('html.png'), { folder: 'odd' }),
  })
})
afterAll(async () => {
  await browser?.close()
  await herbarium?.close()
})

const open = async (path = '/', apiKey?: string) => {
  watched = await openPage({ browser, origin: herbarium.origin, path, ...(apiKey && { apiKey }) })
  page = watched.page
}
afterEach(() => watched?.close())

function formOf(name: string, bytes: Buffer, fields: Record<string, string>): FormData {
  const form = new FormData()
  form.append('workspace_id', herbarium.workspaceId)
  form.append('file_name', name)
  for (const [field, value] of Object.entries(fields)) form.append(field, value)
  form.append('file', new Blob([new Uint8Array(bytes)]), name)
  return form
}

const tiles = () => page.locator('.tile')
const names = async () =>
  (await page.locator('.tile .name').allInnerTexts()).map(text => text.replace(/\s/g, ''))

/** How often the page has asked for assets. */
const LISTS =
  'performance.getEntriesByType("resource").filter(({ name }) => name.includes("/api/v1/assets")).length'

describe('signing in', () => {
  test('a wrong key is told so and is kept nowhere; the right one opens the workspace in this tab only', async () => {
    await open()
    await page.getByLabel('API key').fill('sk_live_wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('This API key is malformed, unknown, expired or revoked.').waitFor()
    expect(await page.evaluate('[sessionStorage.length, localStorage.length]')).toEqual([0, 0])
    await signIn(page, herbarium.apiKey)
    await soon(() => tiles().count()).toBe(5)
    await page.reload()
    await soon(() => tiles().count()).toBe(5)
    const kept = 'JSON.stringify({...localStorage}) + location.href + document.cookie'
    expect(await page.evaluate(kept)).not.toContain(herbarium.apiKey)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('API key').waitFor()
    expect(await page.evaluate('sessionStorage.length')).toBe(0)
  })

  test('a key that is revoked meanwhile leads back to the way in, which says why, and then to the same view', async () => {
    const other = await herbarium.newTenant()
    await open('/?type=image', other.apiKey)
    await page.getByText('Nothing matches').waitFor()
    await soon(() => page.evaluate(LISTS)).toBe(2) // it looks once more when it has begun to follow events
    const { keys } = herbarium.service.records
    const [key] = await keys.list(other.workspaceId)
    await revokeKey({ keys, clock: systemClock }, key?.id ?? '')
    await page.getByRole('searchbox').fill('x')
    await page.getByText('malformed, unknown, expired or revoked').waitFor()
    await signIn(page, herbarium.apiKey)
    expect(new URL(page.url()).search).toBe('?query=x&type=image')
  })
})

describe('finding assets', () => {
  beforeEach(() => open('/', herbarium.apiKey))

  test('a search and filters stand in the URL, and a reload shows the same', async () => {
    await page.getByRole('searchbox').fill('I.P')
    await soon(names).toEqual(['i.png'])
    expect(new URL(page.url()).search).toBe('?query=I.P')
    await page.getByLabel('Type').selectOption('video')
    await page.getByText('Nothing matches').waitFor()
    await page.getByRole('link', { name: 'Clear' }).click()
    await page.getByLabel('Status').selectOption('failed')
    await page.getByLabel('Folder').fill('odd')
    await soon(() => new URL(page.url()).search).toBe('?status=failed&folder=odd')
    await page.reload()
    await soon(names).toEqual(['html.png'])
    expect(new URL(page.url()).search).toBe('?status=failed&folder=odd')
    watched.expectQuiet()
  })

  test('the arrow keys go from tile to tile, Enter opens one, and Escape comes back to it', async () => {
    await tiles().first().focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowLeft')
    const focused = 'document.activeElement.dataset.asset'
    const second = await page.evaluate(focused)
    expect(second).toBe(idOf.get('three.pdf'))
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    expect(await page.evaluate('document.activeElement.id')).toBe('panel-title')
    await page.keyboard.press('ArrowRight')
    await page.getByRole('heading', { name: 'a.mp3' }).waitFor()
    await page.keyboard.press('Escape')
    await soon(() => page.getByRole('dialog').count()).toBe(0)
    await soon(() => page.evaluate(focused)).toBe(idOf.get('a.mp3'))
    watched.expectQuiet()
  })
})

describe('an asset', () => {
  const openAsset = (name: string) => open(`/?asset=${idOf.get(name)}`, herbarium.apiKey)

  test('has an address of its own that shows its picture, its facts and its URL in four forms', async () => {
    await openAsset('i.png')
    const panel = page.getByRole('dialog')
    const { url } = await herbarium.client.assets.retrieve(idOf.get('i.png') ?? '')
    await soon(() => propertyOf(panel.locator('.viewer img'), 'naturalWidth')).toBe(640)
    await soon(() => panel.innerText()).toContain('640 × 480')
    expect(await panel.locator('.snippet').innerText()).toBe(url)
    await panel.getByRole('radio', { name: 'curl' }).check()
    expect(await panel.locator('.snippet').innerText()).toBe(`curl -O '${url}'`)
    await panel.getByRole('radio', { name: 'HTML' }).check()
    expect(await panel.locator('.snippet').innerText()).toBe(
      `<img src="${url}" alt="i.png" width="640" height="480">`,
    )
    watched.expectQuiet()
  })

  test.each([
    { name: 'v.mp4', player: 'video', duration: '2.0 s' },
    { name: 'a.mp3', player: 'audio', duration: '3.0 s' },
  ])('$name is played, and its duration told', async ({ name, player, duration }) => {
    await openAsset(name)
    const panel = page.getByRole('dialog')
    await soon(() => propertyOf(panel.locator(player), 'readyState')).toBeGreaterThan(0)
    await soon(() => panel.innerText()).toContain(duration)
    watched.expectQuiet()
  })

  test('is put on the canvas of a new project, opened from there, and deleted after a question', async () => {
    const { assetId } = await readyAsset(herbarium, await sampleBytes('i.webp'), 'i.webp')
    await open('/projects', herbarium.apiKey)
    await page.getByLabel('Name of a new project').fill('Autumn')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByText('An empty canvas').waitFor()
    const canvas = page.url()
    await page.goto(`${herbarium.origin}/?asset=${assetId}`)
    await page.getByRole('dialog').getByRole('combobox', { name: 'Project' }).fill('aut')
    await page.getByRole('listbox').getByRole('option', { name: 'Autumn' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Autumn' }).click()
    expect(page.url()).toBe(canvas)
    await page.getByRole('link', { name: 'i.webp' }).click()
    await page.getByRole('button', { name: 'Delete…' }).click()
    await soon(() => page.evaluate('document.activeElement.textContent')).toBe('Keep it')
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await soon(() => page.getByRole('dialog').count()).toBe(0)
    expect((await herbarium.call(`/assets/${assetId}`)).status).toBe(404)
    watched.expectQuiet()
  })

  test('that is not there is said to be gone', async () => {
    await open('/?asset=asset_nothing', herbarium.apiKey)
    await page.getByText('No such asset').waitFor()
  })
})

describe("a project's canvas", () => {
  test('asks for a key first, and then shows what lies on it', async () => {
    const canvas = await herbarium.client.projects.assets.attachAsset(idOf.get('i.png') ?? '', {
      projectId: herbarium.projectId,
    })
    await open(new URL(canvas.canvas_url ?? '').pathname)
    await signIn(page, herbarium.apiKey)
    await page.getByRole('heading', { name: 'My first project' }).waitFor()
    await soon(() => page.locator('.canvas .node').count()).toBe(1)
    watched.expectQuiet()
  })

  test('of another workspace looks like one that does not exist', async () => {
    const other = await herbarium.newTenant()
    await open(`/projects/${herbarium.projectId}`, other.apiKey)
    await page.getByText('No such project').waitFor()
  })
})

test('a server that is away is said to be, and asked again on a click', async () => {
  await open('/', herbarium.apiKey)
  await soon(() => tiles().count()).toBeGreaterThan(0)
  await page.context().setOffline(true)
  await page.getByRole('searchbox').fill('i')
  await page.getByText('The server does not answer.').waitFor()
  await page.context().setOffline(false)
  await page.getByRole('button', { name: 'Try again' }).click()
  await soon(names).toContain('i.png')
})

test('where the limit of requests is reached, the page waits and says for how long', async () => {
  const limited = await startService({ environment: { RATE_LIMIT: '6' } })
  const slowed = await openPage({ browser, origin: limited.origin, apiKey: limited.apiKey })
  try {
    const search = slowed.page.getByRole('searchbox')
    for (const typed of ['a', 'b', 'c', 'd', 'e']) {
      await search.fill(typed)
      await slowed.page.waitForTimeout(300)
    }
    await slowed.page.getByText(/asks for a pause: the page goes on by itself in \d+ s/).waitFor()
  } finally {
    await slowed.close()
    await limited.close()
  }
})
