// What a command says: one JSON object with --json, else lines for a person.

export interface OutputOptions {
  json?: boolean
}

export const JSON_OPTION = ['--json', 'print one JSON object and nothing else'] as const

export function say(options: OutputOptions, object: Record<string, unknown>, lines: string[]): void {
  console.log(options.json ? JSON.stringify(object) : lines.join('\n'))
}
