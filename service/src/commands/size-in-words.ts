// Bytes for a person.

export const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** In decimal units with three digits: `999 B`, `1.20 MB`. */
export function sizeInWords(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return power === 0 ? `${bytes} B` : `${(bytes / 1000 ** power).toPrecision(3)} ${UNITS[power]}`
}
