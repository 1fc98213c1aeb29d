// Idempotency keys: answered in the same write as what the request made, and answered once.
import { describe, expect, it } from 'vitest'
import { REQUEST_TTL_MS } from '../../src/ground/request-record.ts'
import { attemptOf, eventOf, pendingOf, requestOf } from '../support/specimens.ts'
import { type OpenInstallation, plant, useGarden } from '../support/use-records.ts'

export function describeRequests(name: string, open: OpenInstallation): void {
  describe(`${name}: requests with an idempotency key`, () => {
    const garden = useGarden(open)
    const creation = (request = requestOf()) => {
      const asset = pendingOf(garden.workspaceId)
      const attempts = [{ after: attemptOf(asset) }]
      return { asset: { after: asset }, attempts, events: [eventOf(asset)], request }
    }

    it('are found again field by field, with and without a subject', async () => {
      for (const request of [requestOf(), requestOf({ subjectId: null, attempt: null, status: 204 })]) {
        expect(await garden.assets.save({ ...creation(), request })).toBe('saved')
        const { keyId, method, path, key } = request
        expect(await garden.records.findRequest({ keyId, method, path, key })).toEqual(request)
      }
    })

    it('are answered once: a second write with the key leaves nothing', async () => {
      const first = creation()
      const second = creation({ ...first.request, fingerprint: 'other', subjectId: 'asset_other' })
      expect(await garden.assets.save(first)).toBe('saved')
      expect(await garden.assets.save(second)).toBe('already_answered')
      expect(await garden.records.findRequest(first.request)).toEqual(first.request)
      expect(await garden.assets.find(second.asset.after.id)).toBeUndefined()
      expect(await garden.assets.count(garden.workspaceId)).toBe(1)
      expect(await garden.assets.save({ events: second.events })).toBe('saved')
    })

    it('are answered once by twenty writers at the same time', async () => {
      const other = await garden.openAgain()
      const request = requestOf()
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (n % 2 === 0 ? garden.assets : other.assets).save(
            creation({ ...request, subjectId: `asset_${n}` }),
          ),
        ),
      )
      expect(outcomes.filter(outcome => outcome === 'already_answered')).toHaveLength(19)
      const known = await garden.records.findRequest(request)
      expect(known?.subjectId).toBe(`asset_${outcomes.indexOf('saved')}`)
      expect(await garden.assets.count(garden.workspaceId)).toBe(1)
    })

    it('are told apart by key, API key, method and path', async () => {
      const request = requestOf()
      await garden.assets.save(creation(request))
      for (const [part, value] of Object.entries({
        key: `${request.key}x`,
        keyId: 'key_other',
        method: 'PUT',
        path: '/api/v1/projects',
      })) {
        const another = { ...request, [part]: value }
        expect(await garden.records.findRequest(another)).toBeUndefined()
        expect(await garden.assets.save(creation(another))).toBe('saved')
      }
    })

    it('are forgotten a day later: the key then answers for something else', async () => {
      const first = creation()
      await garden.assets.save(first)
      const dayLater = first.request.at + REQUEST_TTL_MS
      const early = { ...first.request, at: dayLater - 1, requestId: 'req_early' }
      expect(await garden.assets.save(creation(early))).toBe('already_answered')
      expect(await garden.records.findRequest(first.request)).toEqual(first.request)
      const late = requestOf({ key: first.request.key, at: dayLater, status: 200, attempt: null })
      expect(await garden.assets.save(creation(late))).toBe('saved')
      expect(await garden.records.findRequest(first.request)).toEqual(late)
    })

    it('stay free when the write they came with was stale', async () => {
      const asset = await plant(garden.assets, pendingOf(garden.workspaceId))
      const request = requestOf()
      const stale = { before: { ...asset, version: 7 }, after: { ...asset, version: 8 } }
      expect(await garden.assets.save({ asset: stale, events: [], request })).toBe('stale')
      expect(await garden.records.findRequest(request)).toBeUndefined()
      expect(await garden.assets.save(creation(request))).toBe('saved')
    })

    it('say that they were answered even where the write would be stale too', async () => {
      const first = creation()
      await garden.assets.save(first)
      const asset = first.asset.after
      const stale = { before: { ...asset, version: 7 }, after: { ...asset, version: 8 } }
      const outcome = await garden.assets.save({ asset: stale, events: [], request: first.request })
      expect(outcome).toBe('already_answered')
    })
  })
}
