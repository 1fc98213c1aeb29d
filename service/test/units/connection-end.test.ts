// Whose doing it is that an upload ended before it was whole.
import { describe, expect, it } from 'vitest'
import { closerOf } from '../../src/assets/connection-end.ts'
import { brokenBody, overQuota, slowBody, tooLarge } from '../../src/ground/errors.ts'
import { FetchFailure } from '../../src/ground/fetch-failure.ts'

const fetchFailure = (hasSenderLeft: boolean) =>
  new FetchFailure('It broke off.', { isRetryable: true, hasSenderLeft })

describe('A connection that ended early', () => {
  it.each([brokenBody(), brokenBody(new Error('aborted')), fetchFailure(true)])(
    'was closed by its sender: %s',
    error => expect(closerOf(error)).toBe('client'),
  )

  it.each([tooLarge(5), overQuota(), slowBody(), fetchFailure(false), new Error('the disk is gone')])(
    'was closed by the service: %s',
    error => expect(closerOf(error)).toBe('server'),
  )
})
