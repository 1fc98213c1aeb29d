// What a service tells Prometheus, read as it is written.

export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

export interface Scrape {
  text: string
  samples: Sample[]
  /** Every name that a sample may have, also where there is none yet. */
  names: Set<string>
  /** The sum of all samples of this name that have these labels; undefined where there are none. */
  value(name: string, labels?: Record<string, string>): number | undefined
}

export async function scrape(url: string | undefined): Promise<Scrape> {
  if (url === undefined) throw new Error('nobody tells metrics here: set METRICS_PORT')
  const response = await fetch(url)
  const text = await response.text()
  if (response.status !== 200) throw new Error(`metrics: ${response.status} ${text}`)
  const samples = text
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(sampleOf)
  return {
    text,
    samples,
    names: new Set(
      [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', type]) => namesOf(name, type)),
    ),
    value: (name, labels = {}) => {
      const found = samples.filter(sample => sample.name === name && hasAll(sample.labels, labels))
      return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0)
    },
  }
}

const namesOf = (name: string, type: string | undefined): string[] =>
  type === 'histogram' ? ['_bucket', '_sum', '_count'].map(end => name + end) : [name]

function sampleOf(line: string): Sample {
  const {
    name = '',
    labels = '',
    value,
  } = /^(?<name>\w+)(?:\{(?<labels>.*)\})? (?<value>\S+)$/.exec(line)?.groups ?? {}
  if (value === undefined) throw new Error(`not a sample: ${line}`)
  const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', text = '']) => [key, text])
  return { name, labels: Object.fromEntries(pairs), value: Number(value) }
}

const hasAll = (labels: Record<string, string>, wanted: Record<string, string>): boolean =>
  Object.entries(wanted).every(([key, text]) => labels[key] === text)
