// The page in a browser, watched: whatever the browser complains about, and every address it asks for.
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

export interface WatchedPage {
  page: Page
  /** Fails where the browser complained, or where anyone but the service was asked. */
  expectQuiet(): void
  close(): Promise<void>
}

export interface OpenPageOptions extends BrowserContextOptions {
  browser: Browser
  origin: string
  /** Where to; the page itself without it. */
  path?: string
  /** Signs in with it. */
  apiKey?: string
}

export async function openPage({
  browser,
  origin,
  path = '/',
  apiKey,
  ...context
}: OpenPageOptions): Promise<WatchedPage> {
  const opened = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...context })
  const page = await opened.newPage()
  const complaints: string[] = []
  const asked: string[] = []
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(error.message))
  page.on('request', request => asked.push(request.url()))
  page.on('dialog', dialog => void dialog.accept()) // it asks before a tab with uploads under way is left
  await page.goto(`${origin}${path}`)
  if (apiKey !== undefined) await signIn(page, apiKey)
  return {
    page,
    expectQuiet: () => {
      expect(complaints).toEqual([])
      const elsewhere = asked.filter(url => /^https?:/.test(url) && new URL(url).origin !== origin)
      expect(elsewhere).toEqual([])
    },
    close: () => opened.close(),
  }
}

export async function signIn(page: Page, apiKey: string): Promise<void> {
  await page.getByLabel('API key').fill(apiKey)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}

export interface PageFile {
  name: string
  type: string
  bytes: Buffer
}

/** Drops files onto the page, or pastes them, as a person does with a mouse or a clipboard. */
export async function give(page: Page, how: 'drop' | 'paste', files: PageFile[]): Promise<void> {
  const said = files.map(({ name, type, bytes }) => ({ name, type, base64: bytes.toString('base64') }))
  await page.evaluate(`(async () => {
    const data = new DataTransfer()
    for (const { name, type, base64 } of ${JSON.stringify(said)}) {
      const bytes = Uint8Array.from(atob(base64), sign => sign.charCodeAt(0))
      data.items.add(new File([bytes], name, { type, lastModified: 1 }))
    }
    const target = document.body
    if (${how === 'paste'}) {
      target.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
    } else {
      for (const name of ['dragenter', 'dragover', 'drop'])
        target.dispatchEvent(new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }))
    }
  })()`)
}

/** A busy machine takes its time to draw. */
const SOON_MS = 30_000

/** What the page is to show soon, asked again and again until it does. */
export const soon = <T>(ask: () => Promise<T> | T) => expect.poll(ask, { timeout: SOON_MS })

/** A line that brings so many bytes a second up, until what is answered is called. */
export async function slowUplink(page: Page, bytesPerSecond: number): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page)
  const unbound = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 }
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', { ...unbound, uploadThroughput: bytesPerSecond })
  return async () => {
    await session.send('Network.emulateNetworkConditions', unbound)
  }
}

/** What the element itself says, such as a picture's naturalWidth. */
export const propertyOf = (element: Locator, name: string): Promise<unknown> =>
  element.evaluate((found, property) => Reflect.get(found, property), name)

/** The line of one file among the uploads. */
export const uploadOf = (page: Page, name: string) => page.locator(`.upload[data-upload="${name}"]`)
