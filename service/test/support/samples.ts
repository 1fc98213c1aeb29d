// Sample media as files, blobs and bytes.
import { readFile } from 'node:fs/promises'
import path from 'node:path'

const FOLDER = path.join(import.meta.dirname, '../fixtures/media')

export const samplePath = (name: string): string => path.join(FOLDER, name)
export const sampleBytes = (name: string): Promise<Buffer> => readFile(samplePath(name))

/** A valid 16-bit mono WAV of about `bytes` bytes; the nonce makes it differ from every other. */
export function wavOf(bytes: number, nonce = 0): Buffer {
  const dataBytes = Math.max(2, bytes - 44) & ~1
  const wav = Buffer.alloc(44 + dataBytes)
  wav.write('RIFF', 0, 'latin1')
  wav.writeUInt32LE(36 + dataBytes, 4)
  wav.write('WAVEfmt ', 8, 'latin1')
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(44_100, 24)
  wav.writeUInt32LE(88_200, 28)
  wav.writeUInt16LE(2, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36, 'latin1')
  wav.writeUInt32LE(dataBytes, 40)
  for (let at = 44; at + 4 <= wav.length; at += 4096) wav.writeUInt32LE((nonce * 2654435761 + at) >>> 0, at)
  return wav
}
