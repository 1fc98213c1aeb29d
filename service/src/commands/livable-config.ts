// The configuration of a process that is to run for long.
import { placeComplaints } from '../config/check-place.ts'
import { type Config, readSettings } from '../config/config.ts'
import { bucketComplaint } from '../service/open-blobs.ts'
import { CommandFailure } from './failure.ts'

/** The configuration, if there is nothing to complain of; else every complaint at once. */
export async function livableConfig(role: { listens: boolean }): Promise<Config> {
  const { config, complaints } = readSettings()
  const [places, bucket] = await Promise.all([placeComplaints(config, role), bucketComplaint(config)])
  const all = [...complaints, ...places, ...(bucket === undefined ? [] : [bucket])]
  if (all.length > 0) throw new CommandFailure(all)
  return config
}
