// Reserving many uploads in one breath: each stands for itself, and all are written together.
import type { Maker } from '../ground/actor.ts'
import { answerOrRefusal, foreignWorkspace, Refusal } from '../ground/errors.ts'
import type { RequestClaim } from '../ground/request-record.ts'
import { type Description, describe, type SaidOfAsset } from './describe.ts'
import { mayCreate } from './new-asset.ts'
import type { Ports, Upload, Usage } from './ports.ts'
import { cannotOpen, withUpload } from './quota.ts'
import { opening } from './reserve.ts'
import type { Fault } from './scripted-fault.ts'

type ReservePorts = Pick<Ports, 'assets' | 'clock' | 'ids' | 'policy'>

export interface Wanted {
  said: SaidOfAsset
  request?: RequestClaim | undefined
}

/**
 * Answers in their order each one's upload, why it has none, or undefined when a request with its idempotency key was
 * first; the last is the newest asset. Of uploads under way and bytes the first get what the workspace has left, and
 * what is promised to one is not promised to the next. Throws what stops all of them.
 */
export async function reserveAll(
  ports: ReservePorts,
  actor: Maker,
  { workspaceId, wanted, fault }: { workspaceId: string; wanted: Wanted[]; fault?: Fault | undefined },
): Promise<(Upload | Refusal | undefined)[]> {
  if (workspaceId !== actor.workspaceId) throw foreignWorkspace()
  const described = await Promise.all(wanted.map(({ said }) => describeOwn(ports, actor, said)))
  const admitted = admitInTurn(ports, await ports.assets.usage(workspaceId), described)
  const decided = admitted.map((one, n) =>
    one instanceof Refusal
      ? one
      : opening(ports, actor, { description: one, request: wanted[n]?.request, fault }),
  )
  const changes = decided.flatMap(one => (one instanceof Refusal ? [] : [one.change]))
  const outcomes = (await ports.assets.saveAll(changes)).values()
  return decided.map(one => {
    if (one instanceof Refusal) return one
    return outcomes.next().value === 'saved' ? one.upload : undefined
  })
}

const describeOwn = (ports: ReservePorts, actor: Maker, said: SaidOfAsset) =>
  answerOrRefusal<Description>(async () => {
    const description = describe(said, ports.policy.maxBytes, actor.mode)
    await mayCreate(ports, actor, { workspaceId: actor.workspaceId, projectId: description.projectId })
    return description
  })

function admitInTurn(
  ports: ReservePorts,
  before: Usage,
  described: (Description | Refusal)[],
): (Description | Refusal)[] {
  let usage = before
  return described.map(one => {
    if (one instanceof Refusal) return one
    const bytes = one.declaredSize ?? 0
    const refusal = cannotOpen(ports, usage, bytes)
    if (refusal === undefined) usage = withUpload(usage, bytes)
    return refusal ?? one
  })
}
