// A rotation as `herbarium secrets rotate` makes it, beside a service that runs.
import { createSeal } from '../../src/ground/seal.ts'
import type { Masters } from '../../src/ground/secrets.ts'
import { type Inventory, takeInventory } from '../../src/secrets/inventory.ts'
import { type Rotation, rotateSecrets } from '../../src/secrets/rotate.ts'
import type { Service } from '../../src/service.ts'

type Beside = Pick<Service, 'records' | 'world'>

const portsOf = ({ records, world }: Beside, masters: Masters) => ({
  secrets: records.secrets,
  seal: createSeal(masters),
  clock: world.clock,
  ids: world.ids,
})

export const rotateBeside = (service: Beside, masters: Masters, isAtOnce = false): Promise<Rotation> =>
  rotateSecrets(portsOf(service, masters), masters, { isAtOnce })

export const inventoryOf = (service: Beside, masters: Masters): Promise<Inventory> =>
  takeInventory(portsOf(service, masters), masters)
