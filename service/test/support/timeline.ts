// What the timeline of an asset says, for tests that ask what became of a file.
import type { z } from 'zod'
import type { timeline } from '../../src/http/schemas.ts'
import type { Tenant } from './start-service.ts'

export type Timeline = z.output<typeof timeline>

export async function timelineOf(tenant: Tenant, { asset_id }: { asset_id: string }): Promise<Timeline> {
  const answer = await tenant.call(`/assets/${asset_id}/timeline`)
  if (answer.status !== 200) throw new Error(`timeline: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Timeline // checked against the document by the tenant's fetch
}

/** Its newest attempt. */
export async function lastAttemptOf(
  tenant: Tenant,
  to: { asset_id: string },
): Promise<Timeline['attempts'][0]> {
  const last = (await timelineOf(tenant, to)).attempts.at(-1)
  if (last === undefined) throw new Error('an asset has no attempt')
  return last
}

export const eventTypesIn = ({ events }: Timeline): string[] => events.map(({ type }) => type)
