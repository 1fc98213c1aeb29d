// Rows copied as they stand at one moment, where the database is ours to copy.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readyOf } from '../support/specimens.ts'
import { addWorkspace, type OpenInstallation, plant, useInstallation } from '../support/use-records.ts'

export function describeSnapshots(name: string, open: OpenInstallation): void {
  describe(`${name}: all rows`, () => {
    const installation = useInstallation(open)
    const upkeep = () => installation.records.upkeep

    it('are copied to a new file while others write, and never over one that is there', async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'herbarium-copy-'))
      onTestFinished(() => rm(folder, { recursive: true }))
      const other = await installation.openAgain()
      const workspace = await addWorkspace(other)
      const file = path.join(folder, 'copy')
      const [copied] = await Promise.all([
        upkeep().snapshot(file),
        plant(other.assets, readyOf(workspace.id)),
      ])
      expect(copied).toBeUndefined()
      await expect(upkeep().snapshot(file)).rejects.toThrow()
    })
  })
}
