// Lengths of time and sizes as a person types them: `90d`, `24h`, `10GB`, `none`.
import { InvalidArgumentError } from 'commander'
import { UNITS } from './size-in-words.ts'

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** In milliseconds. */
export function readDuration(text: string): number {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  if (amount === undefined || unit === undefined)
    throw new InvalidArgumentError('It must be a whole number and a unit: 90d, 24h, 15m or 30s.')
  return Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS] // by the pattern above
}

/** In bytes; units are decimal, as in what is printed. */
export function readSize(text: string): number {
  const [, amount, unit = 'B'] = /^(\d{1,15}(?:\.\d{1,3})?) ?([kMGT]?B)?$/i.exec(text) ?? []
  const power = UNITS.findIndex(known => known.toLowerCase() === unit.toLowerCase())
  const bytes = Math.round(Number(amount) * 1000 ** power)
  if (amount === undefined || !Number.isSafeInteger(bytes))
    throw new InvalidArgumentError('It must be a number of bytes, or one with kB, MB, GB or TB: 10GB.')
  return bytes
}

export const readSizeOrNone = (text: string): number | 'none' => (text === 'none' ? text : readSize(text))
