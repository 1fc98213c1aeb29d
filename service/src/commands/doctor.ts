// `herbarium doctor`.
import type { Command } from 'commander'
import { readSettings } from '../config/config.ts'
import { doctorPorts } from '../service/upkeep.ts'
import { examine } from '../upkeep/doctor.ts'
import type { Check } from '../upkeep/survey.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Check clocks, folders, space, keys and rows, and say what to do; ends with 1 on a failure')
    .option(...JSON_OPTION)
    .action(async (options: OutputOptions) => {
      const { config, complaints } = readSettings()
      const checks = await examine(await doctorPorts(config, complaints))
      say(options, { checks }, checks.map(asLine))
      if (checks.some(({ status }) => status === 'fail')) process.exitCode = 1
    })
}

const asLine = ({ name, status, detail }: Check): string =>
  `${status.padEnd(4)}  ${name.padEnd(14)}  ${detail}`
