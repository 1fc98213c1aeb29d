// The search for secrets finds each kind where it is, and nothing in what only names one.
import { expect, test } from 'vitest'
import { signedQuery } from '../../src/assets/media-signature.ts'
import { ticketFor } from '../../src/assets/ticket.ts'
import { uploadTokenFor } from '../../src/assets/upload-token.ts'
import { systemClock } from '../../src/ground/clock.ts'
import { randomIds } from '../../src/ground/ids.ts'
import { derivedKey } from '../../src/ground/secrets.ts'
import { issueKey } from '../../src/keys/key.ts'
import { mustHoldNoSecret, rowsMustHoldNoSecret } from '../support/no-secrets.ts'
import { attemptOf, keyOf } from '../support/specimens.ts'

const signing = derivedKey('the master of a test, of no use elsewhere', 'tickets')
const attempt = attemptOf({ id: randomIds.id('asset'), attempt: 1 })
const { secret } = issueKey({ clock: systemClock, ids: randomIds }, { workspaceId: 'ws_1', name: 'k' })

test.each([
  ['an API key', secret],
  ['an upload token', uploadTokenFor(signing, attempt, 'key_1')],
  ['a ticket', ticketFor(signing, attempt)],
  ['the signature of a media URL', signedQuery(signing, randomIds.datedToken(), 1)],
])('%s is found in a line and in a column, and not repeated', (kind, text) => {
  for (const search of [
    () => mustHoldNoSecret('a line', `{"path":"/x/${text}"}`),
    () => rowsMustHoldNoSecret('jobs', [{ id: 'job_1', payload: text }]),
  ]) {
    expect(search).toThrow(kind)
    expect(search).not.toThrow(text)
  }
})

test('a key as the rows have it, by prefix and hash, is none', () => {
  expect(() => rowsMustHoldNoSecret('keys', [{ ...keyOf('ws_1') }])).not.toThrow()
})
