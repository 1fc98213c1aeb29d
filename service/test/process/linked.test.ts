// The linked program, which is what starts in a clone: it finds its page, and the programs that look into media.
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { link } from '../../link.ts'
import { firstTenant } from '../support/process-tenant.ts'
import { sampleBytes } from '../support/samples.ts'
import { scrape } from '../support/scrape.ts'
import { startCollector } from '../support/start-collector.ts'
import { cleanEnvironment, REPOSITORY, temporaryFolder, watch } from '../support/start-process.ts'
import { until } from '../support/uploads.ts'

test('it serves the page, admits a picture, makes another of it, and is watched', {
  timeout: 60_000,
}, async () => {
  const folder = path.join(REPOSITORY, `service/linked.${process.pid}`)
  const dataDir = await temporaryFolder()
  onTestFinished(async () => {
    await rm(folder, { recursive: true, force: true })
    await rm(dataDir, { recursive: true, force: true })
  })
  const collector = await startCollector()
  onTestFinished(collector.close)
  await link(folder)
  const launcher = path.join(folder, 'launcher.js')
  await writeFile(launcher, `import { main } from './main.js'\nawait main(process.argv)\n`)
  const server = watch(process.execPath, [launcher, 'serve'], {
    env: cleanEnvironment({
      PORT: '0',
      LOG_LEVEL: 'warn',
      DATA_DIR: dataDir,
      METRICS_PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '20',
    }),
  })
  onTestFinished(async () => {
    server.child.kill('SIGKILL')
    await server.exited
  })
  const [, origin = ''] = await server.saysOnStdout(/API base +(\S+)\/api\/v1\n/)
  expect(await (await fetch(`${origin}/`)).text()).toContain('<html')

  const { apiKey, workspaceId } = await firstTenant({ dataDir, origin })
  const form = new FormData()
  form.set('workspace_id', workspaceId)
  form.set('file', new File([await sampleBytes('i.heic')], 'i.heic', { type: 'image/heic' }))
  const headers = { authorization: `Bearer ${apiKey}` }
  const answer = await fetch(`${origin}/api/v1/assets`, { method: 'POST', headers, body: form })
  const asset = (await answer.json()) as { status: string; url: string }
  expect(asset.status).toBe('ready')
  const thumb = await fetch(`${asset.url}?preset=thumb`)
  expect([thumb.status, thumb.headers.get('content-type')]).toEqual([200, 'image/jpeg'])

  const [, metrics] = await server.saysOnStdout(/Metrics +(http:\S+)\n/)
  expect((await scrape(metrics)).value('herbarium_uploads_total', { outcome: 'ready' })).toBe(1)
  await until(
    async () => collector.spans.map(({ name }) => name),
    names => names.includes('POST /api/v1/assets') && names.includes('media.inspect'),
  )
})
