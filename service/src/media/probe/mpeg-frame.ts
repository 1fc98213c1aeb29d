// Reads the head of one frame of MPEG audio (ISO/IEC 11172-3, 2.4.2.3, and 13818-3).

export const HEAD_BYTES = 4

export interface Frame {
  /** Equal for frames of one stream: version, layer and sample rate. */
  kind: string
  /** 1 is MPEG-1; 2 and 2.5 halve and quarter its sample rates. */
  version: 1 | 2 | 2.5
  layer: 1 | 2 | 3
  sampleRate: number
  isMono: boolean
  samples: number
  /** Of the whole frame, its head included. */
  bytes: number
}

/** Kilobits a second by index. */
const bitrates = {
  'v1 l1': [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  'v1 l2': [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  'v1 l3': [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  'v2 l1': [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  'v2 l2': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
}

const versions = [2.5, undefined, 2, 1] as const
const layers = [undefined, 3, 2, 1] as const
const sampleRates = [44_100, 48_000, 32_000]

/** The frame whose head these bytes are; undefined for other bytes, and for a bitrate that only a decoder could find. */
export function readFrame(head: Uint8Array): Frame | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0] = head
  if (first !== 0xff || second < 0xe0) return undefined
  const version = versions[(second >> 3) & 3]
  const layer = layers[(second >> 1) & 3]
  const fullRate = sampleRates[(third >> 2) & 3]
  if (version === undefined || layer === undefined || fullRate === undefined) return undefined
  const kilobits = bitratesOf(version, layer)[third >> 4]
  if (kilobits === undefined || kilobits === 0) return undefined
  const sampleRate = fullRate / ({ 1: 1, 2: 2, 2.5: 4 } as const)[version]
  const samples = layer === 1 ? 384 : layer === 3 && version !== 1 ? 576 : 1152
  const slotBytes = layer === 1 ? 4 : 1
  const slots = Math.floor((samples * kilobits * 125) / sampleRate / slotBytes) + ((third >> 1) & 1)
  return {
    kind: `${version} ${layer} ${sampleRate}`,
    version,
    layer,
    sampleRate,
    isMono: fourth >> 6 === 3,
    samples,
    bytes: slots * slotBytes,
  }
}

function bitratesOf(version: Frame['version'], layer: Frame['layer']): number[] {
  if (version === 1) return bitrates[`v1 l${layer}`]
  return layer === 1 ? bitrates['v2 l1'] : bitrates['v2 l2']
}
