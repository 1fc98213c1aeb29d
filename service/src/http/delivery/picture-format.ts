// The format of a picture, by what the client says it can show (RFC 9110, section 12.5.1).
import type { PictureFormat } from '../../assets/derivatives/recipe.ts'

/**
 * WebP or AVIF for whoever names them, WebP first because it takes far less work for nearly as few bytes; else
 * `fallback`. A wildcard is what clients send that show neither, so it stands for the fallback alone.
 */
export function acceptedFormat(accept: string | undefined, fallback: 'jpeg' | 'png'): PictureFormat {
  const qualities = qualitiesOf(accept ?? '')
  const quality = (format: PictureFormat) => qualities.get(`image/${format}`) ?? 0
  const modern = (['webp', 'avif'] as const).toSorted((a, b) => quality(b) - quality(a))
  const [best = fallback] = modern
  return quality(best) > 0 && quality(best) >= quality(fallback) ? best : fallback
}

function qualitiesOf(accept: string): Map<string, number> {
  const ranges = accept.toLowerCase().split(',')
  return new Map(
    ranges.map(range => {
      const [type = '', ...parameters] = range.split(';').map(part => part.trim())
      const weight = parameters.find(parameter => parameter.startsWith('q='))?.slice(2)
      return [type, weight === undefined ? 1 : Number(weight) || 0]
    }),
  )
}
