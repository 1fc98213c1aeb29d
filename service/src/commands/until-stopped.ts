// A process that goes on until it is told to stop, or must.
import type { Worker } from '../service/worker.ts'
import { explainFailure } from './failure.ts'

/** The first signal drains, the second does not wait. */
export function stopWhenTold(running: Worker): void {
  let stopping = false
  const stop = (code: number) => {
    stopping = true
    running.close().then(
      () => process.exit(code),
      error => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  const onSignal = () => (stopping ? process.exit(1) : stop(0))
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  void running.lost.then(fault => {
    for (const line of explainFailure(fault)) console.error(line)
    if (!stopping) stop(1)
  })
}
