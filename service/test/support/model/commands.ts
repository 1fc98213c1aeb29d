// The actions as commands for fast-check, plain and with a fault on their way.
import fc from 'fast-check'
import type { Retention } from '../../../src/assets/asset.ts'
import { FAULTS } from '../faults/faults.ts'
import type { Action } from './action.ts'
import {
  advanceClock,
  attachAsset,
  completeAsset,
  completeDuringUpload,
  keepAsset,
  removeAsset,
  reserveAsset,
  restart,
  retryAsset,
  sweepAll,
  uploadByOldTicket,
  uploadCut,
  uploadTwice,
  uploadWhole,
} from './actions.ts'
import type { Model } from './model.ts'
import { perform, performFailing } from './perform.ts'
import { appendPart, askOffset, beginParts, giveUp } from './tus-actions.ts'
import type { ModelWorld } from './world.ts'

type Command = fc.AsyncCommand<Model, ModelWorld>

const index = fc.nat(4)
/** Within a ticket's life, past it, past the day for which abandoned bytes are kept. */
const minutes = fc.constantFrom(1, 20, 61, 25 * 60)

const retention = fc.constantFrom<Retention>('standard', 'ephemeral', 'pinned')

/** Of the bytes that are missing. */
const share = fc.constantFrom(0.25, 0.5)

const verbs: fc.Arbitrary<Action>[] = [
  fc.constant(reserveAsset()),
  fc.tuple(index, fc.boolean()).map(([at, isGood]) => uploadWhole(at, isGood)),
  index.map(at => uploadWhole(at, true)),
  index.map(uploadCut),
  index.map(uploadByOldTicket),
  index.map(uploadTwice),
  index.map(at => completeAsset(at, 1)),
  index.map(at => completeAsset(at, 2)),
  index.map(completeDuringUpload),
  index.map(retryAsset),
  index.map(attachAsset),
  index.map(removeAsset),
  fc.tuple(index, retention).map(([at, kept]) => keepAsset(at, kept)),
  fc.tuple(index, fc.boolean()).map(([at, isDeferred]) => beginParts(at, isDeferred)),
  fc.tuple(index, share).map(([at, some]) => appendPart(at, { share: some })),
  index.map(at => appendPart(at, { share: 1 })),
  fc.tuple(index, share).map(([at, some]) => appendPart(at, { share: some, isCut: true })),
  fc.tuple(index, fc.constantFrom(-1, 1)).map(([at, astray]) => appendPart(at, { share: 0.5, astray })),
  index.map(askOffset),
  index.map(giveUp),
  fc.constant(sweepAll()),
]

const others: fc.Arbitrary<Action>[] = [minutes.map(advanceClock), fc.constant(restart())]

const plainly = (action: Action): Command => ({
  check: action.fits,
  run: (model, world) => perform(world, model, action),
  toString: () => action.title,
})

const failing = fc
  .record({
    action: fc.oneof(...verbs),
    fault: fc.constantFrom(...FAULTS),
    n: fc.integer({ min: 1, max: 9 }),
  })
  .map(
    ({ action, fault, n }): Command => ({
      check: action.fits,
      run: (model, world) => performFailing(world, model, { action, fault, n }),
      toString: () => `${action.title}, call ${n} ${fault}`,
    }),
  )

export const commandsOf = (maxCommands: number) =>
  fc.commands([...[...verbs, ...others].map(one => one.map(plainly)), failing, failing, failing], {
    maxCommands,
    size: 'max',
  })
