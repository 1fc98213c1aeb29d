// `herbarium doctor` on a data folder that someone had a hand in.
import { chmod, unlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { blobFile, blobKeyOf } from '../support/rows.ts'
import { runJson } from '../support/run-json.ts'
import { startService } from '../support/start-service.ts'
import { stored } from '../support/uploads.ts'

test('files without rows, rows without files, and an open secret are told', async () => {
  const herbarium = await startService()
  onTestFinished(() => herbarium.close())
  const { asset_id: lost } = await stored(herbarium)
  await unlink(blobFile(herbarium.dataDir, blobKeyOf(herbarium.dataDir, lost)))
  await writeFile(path.join(herbarium.dataDir, 'blobs/media/holiday.jpg'), 'not ours')
  await chmod(path.join(herbarium.dataDir, 'secret.key'), 0o644)
  const { checks } = await runJson(['doctor'], herbarium.environment, { code: 1 })
  const isComplaint = ({ name, status }: { name: string; status: string }) =>
    status !== 'ok' && name !== 'disk_space' // the room on this machine's disk is not what this is about
  expect(checks.filter(isComplaint)).toMatchObject([
    { name: 'secret_key', status: 'fail', detail: expect.stringContaining('chmod 600') },
    { name: 'missing_files', status: 'fail', detail: expect.stringContaining(lost) },
    { name: 'orphaned_files', status: 'warn', detail: expect.stringContaining('media/holiday.jpg') },
  ])
})
