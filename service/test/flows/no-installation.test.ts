// The operator's commands on a folder that holds nothing.
import { readFile } from 'node:fs/promises'
import { expect, onTestFinished, test } from 'vitest'
import { linesOf, runHerbarium } from '../support/run-herbarium.ts'
import { startService } from '../support/start-service.ts'

test('a folder without an installation is refused and stays as it is', async () => {
  const herbarium = await startService()
  onTestFinished(() => herbarium.close())
  const DATA_DIR = `${herbarium.dataDir}/nowhere`
  for (const args of [['verify'], ['repair'], ['backup', `${herbarium.dataDir}-copy`]]) {
    const { code, stderr } = await runHerbarium(args, { ...herbarium.environment, DATA_DIR })
    expect(code).toBe(1)
    expect(linesOf(stderr)).toEqual([expect.stringMatching(/^herbarium: DATA_DIR \S+ holds no installation/)])
  }
  await expect(readFile(DATA_DIR)).rejects.toMatchObject({ code: 'ENOENT' })
})
