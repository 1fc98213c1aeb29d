// Whether clients can bring files past the service, and whether the store keeps them to what they were allowed.
import { type Check, fail, listed, ok, warn } from './check.ts'
import type { Ailment, StoreFault } from './store-fault.ts'

export interface FormFacts {
  /** Where clients post to; empty where not even that could be told. */
  url: string
  /** Why a form as it is handed out was not taken. */
  fault: StoreFault | undefined
  /** Whether what it brought is in the bucket that the service sees; undefined where that could not be looked up. */
  arrived: boolean | undefined
  /** What the store took though the form forbids it. */
  taken: string[]
}

const ENDPOINT = 'Set S3_PUBLIC_ENDPOINT to where browsers reach the store'
const STYLE = 'S3_FORCE_PATH_STYLE to how it is asked there'

const CURES = {
  denied: 'Allow s3:PutObject to the keys, and to requests that come from outside.',
  keys: 'Let nothing between clients and the store change host or fields, and check the keys.',
  clock:
    'Set the clocks of this machine and of the store by one source (NTP): the form was over when it came.',
  bucket: `${ENDPOINT}, and ${STYLE}: another host answers there, or the bucket is taken for a key.`,
  region: 'Set S3_REGION to the region of the bucket, and S3_PUBLIC_ENDPOINT to its own address there.',
  tls: 'Give the public endpoint a certificate for its name that browsers trust (NODE_EXTRA_CA_CERTS names further authorities for this check).',
  unreachable: `${ENDPOINT}, and ${STYLE}, and let this machine reach it for this check.`,
  unclear: `${ENDPOINT}, and ${STYLE}.`,
} satisfies Record<Ailment, string>

export function formChecks({ url, fault, arrived, taken }: FormFacts): Check[] {
  if (fault !== undefined)
    return [
      fail('form', `a form posted to ${url} is not taken (${fault.said})`, CURES[fault.ailment]),
      warn('form_policy', 'could not be tried, since no form was taken', 'Mend that first.'),
    ]
  return [arrivalCheck(url, arrived), policyCheck(url, taken)]
}

function arrivalCheck(url: string, arrived: boolean | undefined): Check {
  if (arrived === undefined)
    return warn(
      'form',
      `${url} took a form, but the file could not be looked up`,
      'Mend the checks above first.',
    )
  return arrived
    ? ok('form', `${url} takes the forms that clients are given`)
    : fail(
        'form',
        `${url} took a form, but its file is not in the bucket that the service sees`,
        'Let S3_PUBLIC_ENDPOINT and S3_ENDPOINT lead to the same bucket.',
      )
}

function policyCheck(url: string, taken: string[]): Check {
  return taken.length === 0
    ? ok('form_policy', 'the store refuses a byte too many, another key and a wrong signature')
    : fail(
        'form_policy',
        `the store at ${url} does not enforce the policy of a form: it took ${listed(taken)}`,
        'This store must not be used: whoever has a form could fill or overwrite the bucket.',
      )
}
