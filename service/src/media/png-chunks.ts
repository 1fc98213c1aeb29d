// Writes the chunks of a PNG (PNG 3, section 5).
import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
/** The signature and the IHDR chunk, which is the first one and has 13 bytes. */
const AFTER_HEADER = SIGNATURE.length + 12 + 13

/** A grey picture of one byte a pixel, from its deflated rows. */
export function pngOf({ width, height }: { width: number; height: number }, rows: Buffer): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.writeUInt8(8, 8)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** The same PNG, whose pixels mean colours by this ICC profile. */
export const withProfile = (png: Buffer, icc: Buffer): Buffer =>
  Buffer.concat([
    png.subarray(0, AFTER_HEADER),
    chunk('iCCP', Buffer.concat([Buffer.from('icc\0\0', 'latin1'), deflateSync(icc)])),
    png.subarray(AFTER_HEADER),
  ])

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
