// Medians, quantiles and slopes.

/** Of values in ascending order; NaN of none. */
export function quantile(sorted: number[], q: number): number {
  const place = (sorted.length - 1) * q
  const [low, high] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN]
  return low + (high - low) * (place - Math.floor(place))
}

export const median = (values: number[]): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  )

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Of the line that is nearest to all points by least squares; NaN where they are at one place. */
export function slope(points: { x: number; y: number }[]): number {
  const [x0, y0] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))]
  const rise = points.reduce((sum, { x, y }) => sum + (x - x0) * (y - y0), 0)
  return rise / points.reduce((sum, { x }) => sum + (x - x0) ** 2, 0)
}
