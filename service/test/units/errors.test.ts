// Refusals as programs outside see them.
import { describe, expect, it } from 'vitest'
import {
  brokenBody,
  conflict,
  type ErrorCode,
  idempotencyConflict,
  invalidFields,
  Refusal,
  tooLarge,
  unavailable,
} from '../../src/ground/errors.ts'
import { envelopeOf, STATUS_OF } from '../../src/http/errors.ts'

describe('Every code', () => {
  it("has the contract's status, or at the upload door that of its protocols; there is no other", () => {
    const contract = {
      invalid_json: 400,
      input_validation_error: 400,
      unauthorized: 401,
      invalid_api_key: 401,
      insufficient_credits: 402,
      forbidden: 403,
      not_found: 404,
      conflict: 409,
      idempotency_duplicate: 409,
      idempotency_conflict: 422,
      rate_limited: 429,
      unknown_error: 500,
      service_unavailable: 503,
    }
    const door = {
      gone: 410,
      precondition_failed: 412,
      payload_too_large: 413,
      unsupported_media_type: 415,
      checksum_mismatch: 460,
    }
    expect(STATUS_OF).toEqual({ ...contract, ...door } satisfies Record<ErrorCode, number>)
  })
})

describe('A refusal', () => {
  it('is a real error with its cause, which nobody outside is shown', () => {
    const cause = new Error('EIO on /srv/herbarium')
    const refusal = unavailable(cause)
    expect(refusal).toBeInstanceOf(Error)
    expect(refusal).toMatchObject({ name: 'Refusal', cause, retryAfterSeconds: 1, canHeal: true })
    expect(refusal.stack).toContain('errors.test')
    expect(JSON.stringify(envelopeOf(refusal))).not.toContain('/srv')
  })

  it('names every field at fault, in the message and beside it', () => {
    const fields = [
      { field: 'folder', message: 'must not contain ".."' },
      { field: 'limit', message: 'must be at most 100' },
    ]
    expect(envelopeOf(invalidFields(fields))).toStrictEqual({
      error: {
        code: 'input_validation_error',
        message: 'folder: must not contain ".."; limit: must be at most 100',
        fields,
      },
    })
  })

  it('without fields says nothing of fields', () => {
    expect(envelopeOf(conflict('Not now.', true))).toStrictEqual({
      error: { code: 'conflict', message: 'Not now.' },
    })
  })

  it('says whether the same request may ever succeed', () => {
    expect(conflict('Not now.', true).canHeal).toBe(true)
    expect(conflict('Never.', false).canHeal).toBe(false)
    expect(tooLarge(5).canHeal).toBe(false)
    expect(new Refusal('rate_limited', 'Later.').canHeal).toBe(true)
    expect(idempotencyConflict().message).toContain('new key')
  })

  it('of a body that broke off keeps what broke it', () => {
    const cause = new Error('aborted')
    expect(brokenBody(cause)).toMatchObject({ cause, fields: [{ field: 'file' }] })
  })
})
