// What an action of the model is, and what actions are made of.
import type { ErrorCode } from '../../../src/ground/errors.ts'
import { wavOf } from '../samples.ts'
import { type Model, type ModelAsset, type Seen, thereIn } from './model.ts'
import type { ModelWorld } from './world.ts'

/** One thing that may happen. To have the model do more, write another and name it in `commands.ts`. */
export interface Action {
  title: string
  /** False where it cannot happen now. */
  fits(model: Model): boolean
  plan(model: Model): Plan
}

export interface Plan {
  /** What it is answered; `cut` where the client itself broke off. */
  answer: 'done' | 'cut' | ErrorCode
  /** What each asset may be afterwards; one that is not named stays as it is. */
  after: Map<ModelAsset, Seen[]>
  /** What each may be as well, where a fault or a cut met it on the way. */
  onTheWay?: Map<ModelAsset, Seen[]>
  /** Notes in the model what only an answer tells. */
  call(world: ModelWorld): Promise<unknown>
}

/** A client's broken connection. */
export class Cut extends Error {}

let nonce = 0
export const goodBytes = (): Buffer => wavOf(2000, ++nonce)
export const badBytes = (): Buffer => Buffer.from(`plain words, ${++nonce}`)

export const hasAssets = (model: Model): boolean => model.assets.length > 0

/** One that is there, or the one that was deleted last. */
export function chosen(model: Model, index: number): ModelAsset {
  const gone = model.assets.filter(({ status }) => status === 'gone')
  const those = [...thereIn(model), ...gone.slice(-1)]
  const asset = those[index % those.length]
  if (asset === undefined) throw new Error('there is no asset to choose')
  return asset
}

/** A door is asked with a ticket, everything else by the asset's owner: so they tell of what is gone. */
type Asked = 'by its owner' | 'at the door'

export const onAsset = (
  title: string,
  { index, asked = 'by its owner' }: { index: number; asked?: Asked },
  plan: (asset: ModelAsset, model: Model) => Plan,
): Action => ({
  title: `${title} #${index}`,
  fits: hasAssets,
  plan: model => {
    const asset = chosen(model, index)
    const planned = plan(asset, model)
    if (asset.status !== 'gone') return planned
    return refused(asked === 'at the door' ? 'forbidden' : 'not_found', planned.call)
  },
})

export const refused = (answer: Plan['answer'], call: Plan['call']): Plan => ({
  answer,
  after: new Map(),
  call,
})

export async function* pieces(bytes: Buffer, isCut = false): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, bytes.length >> 1)
  if (isCut) throw new Cut('the client broke off')
  yield bytes.subarray(bytes.length >> 1)
}
