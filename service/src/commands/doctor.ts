// `herbarium doctor`.
import type { Command } from 'commander'
import { readSettings } from '../config/config.ts'
import { doctorPorts } from '../service/upkeep.ts'
import type { Check } from '../upkeep/doctor/check.ts'
import { examine } from '../upkeep/doctor.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'Check settings, clocks, folders or bucket, space, secret and rows, and say what to do; ends with 1 on a failure. Makes and removes a probe file or a few probe objects, and changes nothing else.',
    )
    .option(...JSON_OPTION)
    .action(async (options: OutputOptions) => {
      const { config, complaints } = readSettings()
      const checks = await examine(await doctorPorts(config, complaints))
      say(options, { checks }, checks.map(asLine))
      if (checks.some(({ status }) => status === 'fail')) process.exitCode = 1
    })
}

const asLine = ({ name, status, detail }: Check): string =>
  `${status.padEnd(4)}  ${name.padEnd(16)}  ${detail}`
