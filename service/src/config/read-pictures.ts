// The variables of the pictures that are made of assets.
import path from 'node:path'
import { list, type Variables } from './read-variables.ts'

/** A picture that fits into so many pixels; without a format the client's Accept decides. */
export interface ImagePreset {
  name: string
  width: number
  height: number
  format: 'avif' | 'webp' | 'jpeg' | 'png' | undefined
}

const PRESET =
  /^(?<name>[a-z][a-z0-9-]{0,31})=(?<width>\d{1,4})(?:x(?<height>\d{1,4}))?(?::(?<format>avif|webp|jpeg|png))?$/
/** Larger ones would take too long to make while a client waits. */
const MAX_SIDE = 4096
const MIN_SIDE = 16
const MAX_PRESETS = 32
/** The one built-in preset that is more than a size. */
const FIXED = 'model-input'

/** `card=640x480:webp,hero=1920`. */
export function imagePresets(variables: Variables, name: string): ImagePreset[] {
  const given = list(variables, name)
  if (given.length > MAX_PRESETS)
    variables.complain(`${name} has ${given.length} presets and may have ${MAX_PRESETS}.`)
  const presets = given.map(text => presetIn(variables, name, text)).filter(preset => preset !== undefined)
  const names = presets.map(preset => preset.name)
  for (const twice of new Set(names.filter((one, n) => names.indexOf(one) !== n)))
    variables.complain(`${name} has "${twice}" more than once: keep one.`)
  return presets
}

function presetIn(variables: Variables, variable: string, text: string): ImagePreset | undefined {
  const { name, width, height = width, format } = PRESET.exec(text)?.groups ?? {}
  const sides = [Number(width), Number(height)]
  if (name === FIXED)
    return variables.complain(`${variable} has "${FIXED}", which is fixed: take another name.`)
  const isSized = sides.every(side => side >= MIN_SIDE && side <= MAX_SIDE)
  if (name === undefined || !isSized)
    return variables.complain(
      `${variable} has "${text}" and must list presets such as card=640x480:webp or hero=1920: a name of lower-case letters, digits and hyphens, sides from ${MIN_SIDE} to ${MAX_SIDE}, and avif, webp, jpeg or png or no format.`,
    )
  return { name, width: sides[0] ?? 0, height: sides[1] ?? 0, format: formatOf(format) }
}

const formatOf = (format: string | undefined): ImagePreset['format'] =>
  (['avif', 'webp', 'jpeg', 'png'] as const).find(one => one === format)

/** `off`, an absolute path, or wherever programs are looked for. */
export function ffmpegPlaces(variables: Variables, name: string): string[] {
  const given = variables.text(name)
  if (given?.toLowerCase() === 'off') return []
  if (given === undefined)
    return (variables.text('PATH') ?? '')
      .split(path.delimiter)
      .filter(path.isAbsolute)
      .map(folder => path.join(folder, 'ffmpeg'))
  if (path.isAbsolute(given)) return [given]
  variables.complain(`${name} is "${given}" and must be an absolute path such as /usr/bin/ffmpeg, or off.`)
  return []
}
