// What a page's own script came to.
import type { Page } from 'playwright-core'
import { expect, vi } from 'vitest'

/** Waits until the script has left its outcome in `window.outcome`. */
export const outcomeOn = (page: Page): Promise<unknown> =>
  vi.waitFor(
    async () => {
      const value = await page.evaluate('window.outcome')
      expect(value).toBeDefined()
      return value
    },
    { timeout: 40_000, interval: 50 },
  )
