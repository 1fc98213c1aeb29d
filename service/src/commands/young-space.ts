// How much memory the engine lets pile up before it collects.
import { setFlagsFromString } from 'node:v8'

/**
 * Bytes on their way are held by buffers that live for a moment, yet wait for the next collection of the young
 * space: a space that does not grow is collected often, and a large upload stays within its share of memory.
 */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}
