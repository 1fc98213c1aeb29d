// The operator's command, run to its end.
import { cleanEnvironment, type Environment, LAUNCHER, watch } from './start-process.ts'

export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

const RUN_WITHIN_MS = 20_000

/** `herbarium ARGS`, with no variables but those given. */
export async function runHerbarium(
  args: string[],
  environment: Environment,
  withinMs = RUN_WITHIN_MS,
): Promise<Outcome> {
  const run = watch(process.execPath, [LAUNCHER, ...args], { env: cleanEnvironment(environment) })
  const cutOff = setTimeout(() => run.child.kill('SIGKILL'), withinMs)
  const { code } = await run.exited
  clearTimeout(cutOff)
  return { code, stdout: run.stdout(), stderr: run.stderr() }
}

/** Lines that were printed, without the last line's end. */
export const linesOf = (text: string): string[] => text.split('\n').filter(line => line !== '')
