// Ten thousand assets on the page: few of them are drawn, all of them are reached.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../support/open-browser.ts'
import { openPage } from '../support/open-page.ts'
import { readyAsset } from '../support/ready-asset.ts'
import { runSql } from '../support/rows.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'

const MANY = 10_000

let herbarium: RunningService
let browser: Browser
beforeAll(async () => {
  ;[herbarium, browser] = await Promise.all([startService(), openBrowser()])
  const { assetId } = await readyAsset(herbarium, await sampleBytes('a.mp3'), 'first.mp3')
  copyRow(assetId, MANY - 1)
})
afterAll(async () => {
  await browser?.close()
  await herbarium?.close()
})

/** Rows without bytes of their own: nothing on the grid asks for the bytes of a sound. */
function copyRow(assetId: string, count: number): void {
  const own = ['id', 'media_token', 'blob_key', 'name', 'name_folded']
  const columns = runSql(herbarium.dataDir, "select name from pragma_table_info('assets')")
    .map(({ name }) => String(name))
    .filter(name => name !== 'ordinal' && !own.includes(name))
  runSql(
    herbarium.dataDir,
    `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ?)
     insert into assets (id, media_token, blob_key, name, name_folded, ${columns})
     select 'asset_many' || n, 'many' || n, 'many' || n, 'sound ' || n || '.mp3', 'sound ' || n || '.mp3', ${columns}
     from numbers, assets where id = ?`,
    count,
    assetId,
  )
  runSql(herbarium.dataDir, 'update counters set assets = ?', MANY)
}

test('the end is reached by scrolling, and at no time are more than a few dozen tiles drawn', async () => {
  const watched = await openPage({ browser, origin: herbarium.origin, apiKey: herbarium.apiKey })
  const { page } = watched
  await page.getByText('10,000 assets').waitFor()
  const most = await page.evaluate(`new Promise(resolve => {
    let most = 0
    const step = () => {
      most = Math.max(most, document.querySelectorAll('.tile').length)
      if (document.querySelector('[data-asset="asset_many1"]')) return resolve(most)
      scrollBy(0, 4000)
      requestAnimationFrame(step)
    }
    step()
  })`)
  expect(most).toBeGreaterThan(10)
  expect(most).toBeLessThan(120)
  expect(await page.getByText('10,000 assets').count()).toBe(1)
  watched.expectQuiet()
  await watched.close()
}, 300_000)
