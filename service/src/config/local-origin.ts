// Where clients on this machine reach the server.
import type { Config } from './config.ts'

/** An unspecified address is reached by loopback. */
export function localOrigin(config: Pick<Config, 'host' | 'tls'>, port: number): string {
  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host
  return `${config.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
