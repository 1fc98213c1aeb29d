// Numbers, times and types as people say them.
import type { ListedAsset } from '../api/wire.ts'

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** Decimal units, three digits at most: `3.4 MB`. */
export function bytesSpoken(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`
}

export function durationSpoken(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

export const daySpoken = (at: number): string => day.format(at)
export const momentSpoken = (at: number): string => moment.format(at)
export const countSpoken = (count: number, one: string, many: string): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`

export type Kind = 'image' | 'video' | 'audio' | 'pdf' | 'unknown'

export function kindOf(contentType: string): Kind {
  if (contentType === 'application/pdf') return 'pdf'
  const [main] = contentType.split('/')
  return main === 'image' || main === 'video' || main === 'audio' ? main : 'unknown'
}

const NAMES: Record<string, string> = {
  'image/jpeg': 'JPEG',
  'video/quicktime': 'QuickTime',
  'audio/mpeg': 'MP3',
  'application/octet-stream': 'Unknown type',
}

/** `JPEG`, `PDF`, `MP4`. */
export const typeSpoken = (contentType: string): string =>
  NAMES[contentType] ?? (contentType.split('/')[1] ?? contentType).toUpperCase()

export const STATUS_SPOKEN = { pending_upload: 'Waiting for its file', ready: 'Ready', failed: 'Failed' }

export const nameSpoken = (name: string | null): string => name ?? 'Unnamed'

/** The line below a name: what is known, shortest first. */
export function factsSpoken(asset: ListedAsset): string {
  if (asset.status !== 'ready') return STATUS_SPOKEN[asset.status]
  const size = asset.size_bytes === null ? [] : [bytesSpoken(asset.size_bytes)]
  const pixels = asset.width === null || asset.height === null ? [] : [`${asset.width} × ${asset.height}`]
  return [typeSpoken(asset.content_type), ...size, ...pixels].join(' · ')
}
