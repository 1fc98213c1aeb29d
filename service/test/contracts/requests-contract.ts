// Idempotency keys: answered in the same write as what the request made, and answered once.
import { describe, expect, it } from 'vitest'
import { randomIds } from '../../src/ground/ids.ts'
import { REQUEST_TTL_MS, type RequestRecord } from '../../src/ground/request-record.ts'
import { attemptOf, eventOf, NOON, pendingOf, requestOf } from '../support/specimens.ts'
import { type OpenInstallation, plant, useGarden, useInstallation } from '../support/use-records.ts'

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

    it('keep what they were refused with, with and without fields', async () => {
      const refusal = { code: 'not_found', message: 'There is no such asset.', canHeal: true } as const
      const fields = [{ field: 'folder', message: 'is "no" folder' }]
      for (const refused of [refusal, { ...refusal, fields, canHeal: false }]) {
        const request = requestOf({ subjectId: null, attempt: null, status: 404, refusal: refused })
        expect(await garden.records.saveRequest(request)).toBe('saved')
        expect(await garden.records.findRequest(request)).toEqual(request)
      }
    })

    it('can be remembered by themselves, once, before or after a write with their key', async () => {
      const request = requestOf()
      expect(await garden.records.saveRequest(request)).toBe('saved')
      expect(await garden.records.saveRequest({ ...request, requestId: 'req_late' })).toBe('already_answered')
      expect(await garden.assets.save(creation(request))).toBe('already_answered')
      const made = creation()
      await garden.assets.save(made)
      expect(await garden.records.saveRequest(made.request)).toBe('already_answered')
      expect(await garden.records.findRequest(request)).toEqual(request)
    })

    it('give way to newer ones where they are notes', async () => {
      const note = requestOf({ key: ' noted', keyId: randomIds.id('key'), isNote: true })
      const newer = { ...note, requestId: 'req_newer', fingerprint: 'other', at: note.at + 1 }
      for (const request of [note, newer]) {
        expect(await garden.assets.save(creation(request))).toBe('saved')
        expect(await garden.records.findRequest(note)).toEqual(request)
      }
    })

    describe('of notes, when a request and its repetition are under way at once', () => {
      const noteOf = (changes: Partial<RequestRecord> = {}) =>
        requestOf({ key: ' noted', keyId: randomIds.id('key'), isNote: true, ...changes })
      const kept = async (request: RequestRecord) => (await garden.records.findRequest(request))?.requestId

      it('the repetition leaves nothing when the first was written since it looked', async () => {
        const first = noteOf()
        const repetition = { ...first, requestId: 'req_again', at: first.at + 1, repeats: { after: null } }
        expect(await garden.assets.save(creation(first))).toBe('saved')
        expect(await garden.assets.save(creation(repetition))).toBe('already_answered')
        expect(await kept(first)).toBe(first.requestId)
      })

      it('the first leaves nothing when its repetition was written before it', async () => {
        const first = noteOf()
        const repetition = { ...first, requestId: 'req_again', at: first.at + 1, repeats: { after: null } }
        expect(await garden.assets.save(creation(repetition))).toBe('saved')
        expect(await garden.assets.save(creation(first))).toBe('already_answered')
        expect(await garden.records.findRequest(first)).toMatchObject({
          requestId: 'req_again',
          isNote: true,
        })
      })

      it('a note that no longer counted gives way to the repetition that saw it, and to a later first', async () => {
        const old = noteOf()
        const repeats = { after: old.requestId }
        const repetition = { ...old, requestId: 'req_again', at: old.at + 1, repeats }
        const later = { ...old, requestId: 'req_later', at: old.at + 2 }
        for (const request of [old, repetition, later]) {
          expect(await garden.assets.save(creation(request))).toBe('saved')
          expect(await kept(old)).toBe(request.requestId)
        }
      })
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

/** A question about every workspace at once, so with an installation of its own. */
export function describeForgetting(name: string, open: OpenInstallation): void {
  describe(`${name}: forgetting requests`, () => {
    const installation = useInstallation(open)

    const remembered = async (...times: number[]) => {
      const requests = times.map(at => requestOf({ at }))
      for (const request of requests) await installation.records.saveRequest(request)
      return requests
    }
    const isKnown = async (request: RequestRecord) =>
      (await installation.records.findRequest(request)) !== undefined

    it('forgets what was made by then, and nothing later', async () => {
      const requests = await remembered(NOON - 1, NOON, NOON + 1)
      expect(await installation.records.forgetRequests(NOON, 10)).toBe(2)
      expect(await Promise.all(requests.map(isKnown))).toEqual([false, false, true])
      expect(await installation.records.forgetRequests(NOON, 10)).toBe(0)
    })

    it('forgets notes and refusals as well', async () => {
      const note = requestOf({ key: ' noted', isNote: true })
      const refusal = { code: 'not_found', message: 'gone', canHeal: true } as const
      for (const request of [note, requestOf({ refusal })]) await installation.records.saveRequest(request)
      expect(await installation.records.forgetRequests(NOON, 10)).toBe(2)
    })

    it('forgets no more at once than it is asked to, the oldest first', async () => {
      const requests = await remembered(NOON, NOON - 3, NOON - 2, NOON - 1)
      expect(await installation.records.forgetRequests(NOON, 3)).toBe(3)
      expect(await Promise.all(requests.map(isKnown))).toEqual([true, false, false, false])
      expect(await installation.records.forgetRequests(NOON, 3)).toBe(1)
    })
  })
}
