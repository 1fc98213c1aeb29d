// Draws the icons that stand for media without a picture: grey PNGs, made when they are first asked for.
import { deflateSync } from 'node:zlib'
import type { IconKind } from '../assets/derivatives/ports.ts'
import { pngOf } from './png-chunks.ts'

const SIDE = 256
/** Each pixel is the mean of so many points a side, so that slopes look smooth. */
const POINTS = 2
const GROUND = 0xe4
const INK = 0x8a
/** All shapes lie between these pixels. */
const FIRST = Math.floor(SIDE * 0.3)
const LAST = Math.ceil(SIDE * 0.7)

/** Whether a point of the unit square, from its upper left corner, is inked. */
type Shape = (x: number, y: number) => boolean

const shapes: Record<IconKind, Shape> = {
  video: (x, y) => x >= 0.38 && x <= 0.68 && Math.abs(y - 0.5) <= (0.68 - x) * 0.62,
  audio: (x, y) =>
    Math.hypot((x - 0.42) / 0.085, (y - 0.64) / 0.068) <= 1 ||
    (x >= 0.47 && x <= 0.505 && y >= 0.33 && y <= 0.64) ||
    (x >= 0.47 && x <= 0.63 && y >= 0.33 + (x - 0.47) * 0.5 && y <= 0.41 + (x - 0.47) * 0.5),
  document: (x, y) => {
    const isPage = x >= 0.36 && x <= 0.64 && y >= 0.31 && y <= 0.69 && x - 0.64 <= y - 0.31 - 0.09
    const isLine = x >= 0.42 && x <= 0.58 && [0.47, 0.54, 0.61].some(line => Math.abs(y - line) <= 0.012)
    return isPage && !isLine
  },
}

export function createIcons(): (kind: IconKind) => Uint8Array {
  const drawn = new Map<IconKind, Uint8Array>()
  return kind => {
    const icon = drawn.get(kind) ?? draw(shapes[kind])
    drawn.set(kind, icon)
    return icon
  }
}

function draw(shape: Shape): Uint8Array {
  const row = SIDE + 1 // begins with its filter, which is none
  const pixels = Buffer.alloc(row * SIDE, GROUND)
  for (let y = 0; y < SIDE; y++) pixels[y * row] = 0
  for (let y = FIRST; y < LAST; y++)
    for (let x = FIRST; x < LAST; x++)
      pixels[y * row + 1 + x] = Math.round(GROUND + (INK - GROUND) * coverage(shape, x, y))
  return pngOf({ width: SIDE, height: SIDE }, deflateSync(pixels))
}

function coverage(shape: Shape, x: number, y: number): number {
  let inked = 0
  for (let point = 0; point < POINTS * POINTS; point++) {
    const dx = ((point % POINTS) + 0.5) / POINTS
    const dy = (Math.floor(point / POINTS) + 0.5) / POINTS
    if (shape((x + dx) / SIDE, (y + dy) / SIDE)) inked++
  }
  return inked / (POINTS * POINTS)
}
