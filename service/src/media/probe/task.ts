// What a probe process is asked.

export interface ProbeTask {
  type: string
  /** Absolute. */
  path: string
  maxPixels: number
}
