// When an asset may become what: each transition changes what it is about and nothing else.
import { expect, test } from 'vitest'
import { published, refused, reopened } from '../../src/assets/asset.ts'
import { failedOf, NOON, noMedia, pendingOf } from '../support/specimens.ts'

const pending = Object.freeze(
  pendingOf('ws_garden', {
    name: 'fern.png',
    folder: 'a/b',
    metadata: { plant: 'fern' },
    declaredType: 'image/jpeg',
    contentType: 'image/jpeg',
    declaredSize: 10,
    declaredSha256: 'b'.repeat(64),
    projectId: 'prj_meadow',
    attempt: 3,
    version: 7,
  }),
)

const verdict = {
  admitted: true,
  contentType: 'image/png',
  sizeBytes: 10,
  sha256: 'b'.repeat(64),
  width: 3,
  height: 4,
  media: noMedia,
} as const

test('A published asset is ready with what was found, and says again what was said of it', () => {
  const { admitted: _, ...found } = verdict
  expect(published(pending, verdict, { blobKey: 'media/ab/x', now: NOON + 1 })).toStrictEqual({
    ...pending,
    ...found,
    status: 'ready',
    blobKey: 'media/ab/x',
    readyAt: NOON + 1,
    version: 8,
  })
})

test('A refused asset has failed with a reason, and still counts as what was declared', () => {
  const refusal = { admitted: false, code: 'empty_file', message: 'The file is empty.' } as const
  expect(refused(pending, refusal)).toStrictEqual({
    ...pending,
    status: 'failed',
    failureCode: 'empty_file',
    failureMessage: 'The file is empty.',
    version: 8,
  })
})

test('A reopened asset is pending again with the next attempt, and forgets why it had failed', () => {
  const { status: _, ...core } = pending
  const again = { ...pending, attempt: 4, version: 8 }
  expect(reopened(pending)).toStrictEqual(again)
  expect(reopened(failedOf('ws_garden', core))).toStrictEqual(again)
})
