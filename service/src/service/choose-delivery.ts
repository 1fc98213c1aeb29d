// Who sends the bytes of media, as the configuration has it.
import type { Ports } from '../assets/ports.ts'
import type { Config } from '../config/config.ts'
import type { Deliver } from '../http/delivery/deliver.ts'
import { createRedirect } from '../http/delivery/redirect.ts'
import { createStream } from '../http/delivery/stream.ts'
import { createXAccel } from '../http/delivery/x-accel.ts'
import type { OpenBlobs } from './open-blobs.ts'

export function chooseDelivery(
  { delivery }: Pick<Config, 'delivery'>,
  ports: Pick<Ports, 'assets' | 'clock'> & { blobs: OpenBlobs },
): Deliver {
  switch (delivery) {
    case 'stream':
      return createStream(ports)
    case 'x-accel':
      return createXAccel(ports)
    case 'redirect': {
      const { locate } = ports.blobs
      if (locate === undefined) throw new Error('these bytes have no address of their own')
      return createRedirect({ locate, clock: ports.clock })
    }
  }
}
