// Requests by route: how long they take, how many are under way, and their bytes on the wire.
import type { Socket } from 'node:net'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { RequestBegun, RequestWatch } from '../../http/watch-requests.ts'

const SECONDS = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

interface Traffic {
  underWay: number
  received: number
  sent: number
}

/** A connection, with how many of its bytes are counted. */
interface Line {
  socket: Socket
  traffic: Traffic
  received: number
  sent: number
  /** Ends what is under way on it. */
  requests: Set<() => void>
}

/**
 * Bytes are those of the connection: what a request brings before it is cut off counts, and what an answer brings counts
 * while it is sent. What comes on a connection counts for its newest request.
 */
export function createRequestMetrics(registry: Registry): RequestWatch {
  const routes = new Map<string, Traffic>()
  const lines = new Map<Socket, Line>()
  const durations = new Histogram({
    name: 'herbarium_http_request_duration_seconds',
    help: 'From the request line to the end of the answer, or to the end of the connection.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers: [registry],
  })
  tellTraffic(registry, routes, lines)
  return {
    begin: request => {
      const beganAt = performance.now()
      const traffic = trafficOf(routes, request.route)
      const line = lineOf(lines, request.socket, traffic)
      line.traffic = traffic
      traffic.underWay += 1
      const end = () => {
        if (!line.requests.delete(end)) return
        settle(line)
        traffic.underWay -= 1
      }
      line.requests.add(end)
      return {
        end: ({ status }) => {
          end()
          const labels = { method: request.method, route: request.route, status: classOf(status) }
          durations.observe(labels, (performance.now() - beganAt) / 1000)
        },
      }
    },
  }
}

const classOf = (status: number | undefined): string =>
  status === undefined ? 'none' : `${Math.floor(status / 100)}xx`

function trafficOf(routes: Map<string, Traffic>, route: RequestBegun['route']): Traffic {
  const known = routes.get(route)
  if (known !== undefined) return known
  const traffic = { underWay: 0, received: 0, sent: 0 }
  routes.set(route, traffic)
  return traffic
}

function lineOf(lines: Map<Socket, Line>, socket: Socket, traffic: Traffic): Line {
  const known = lines.get(socket)
  if (known !== undefined) return known
  const line: Line = { socket, traffic, received: 0, sent: 0, requests: new Set() }
  lines.set(socket, line)
  socket.once('close', () => {
    lines.delete(socket)
    settle(line)
    for (const end of [...line.requests]) end() // of requests sent ahead, whose answers never began
  })
  return line
}

/** Counts what has come and gone since it was counted last. What a socket gives up unsent makes its figure smaller. */
function settle(line: Line): void {
  const { socket, traffic } = line
  const { bytesRead, bytesWritten } = socket
  traffic.received += Math.max(0, bytesRead - line.received)
  traffic.sent += Math.max(0, bytesWritten - line.sent)
  line.received = Math.max(line.received, bytesRead)
  line.sent = Math.max(line.sent, bytesWritten)
}

function tellTraffic(registry: Registry, routes: Map<string, Traffic>, lines: Map<Socket, Line>): void {
  const registers = [registry]
  const labelNames = ['route']
  new Gauge({
    name: 'herbarium_http_requests_in_flight',
    help: 'Requests that have begun and are not over; each open event stream is one.',
    labelNames,
    registers,
    collect() {
      for (const [route, { underWay }] of routes) this.set({ route }, underWay)
    },
  })
  const counter = (name: string, help: string, what: 'received' | 'sent') =>
    new Counter({
      name,
      help,
      labelNames,
      registers,
      collect() {
        for (const line of lines.values()) settle(line)
        for (const [route, traffic] of routes) {
          this.inc({ route }, traffic[what])
          traffic[what] = 0
        }
      },
    })
  counter('herbarium_http_received_bytes_total', 'Bytes of requests, with their headers.', 'received')
  counter('herbarium_http_sent_bytes_total', 'Bytes of answers, with their headers.', 'sent')
}
