// How long calls of ports take, and how many fail.
import { Histogram, type Registry } from 'prom-client'
import type { Call, Watch } from '../watch.ts'

/** From a read of a warm row to a bucket that hangs. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120]

export function createCallMetrics(registry: Registry): Watch {
  const durations = new Histogram({
    name: 'herbarium_port_call_duration_seconds',
    help: 'Calls of rows, bytes, probes, scanners and strangers. A save, put, commit or promote is over once it is durable.',
    labelNames: ['port', 'operation', 'outcome'],
    buckets: SECONDS,
    registers: [registry],
  })
  const told = ({ port, operation }: Call, beganAt: number, outcome: 'ok' | 'error') =>
    durations.observe({ port, operation, outcome }, (performance.now() - beganAt) / 1000)
  // Not awaited: each call would take two turns more.
  return (call, run) => {
    const beganAt = performance.now()
    return run().then(
      answer => {
        told(call, beganAt, 'ok')
        return answer
      },
      error => {
        told(call, beganAt, 'error')
        throw error
      },
    )
  }
}
