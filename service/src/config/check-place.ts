// Whether the place an installation is told to live in can be lived in: folder, port and certificate.
import { constants } from 'node:fs'
import { access, mkdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { createSecureContext } from 'node:tls'
import type { Config } from './config.ts'
import { readSecrets, SecretFault, secretFile } from './secret-key.ts'

/** Everything that stands in the way, one sentence each; who does not listen needs no port and no certificate. */
export async function placeComplaints(
  config: Config,
  { listens }: { listens: boolean } = { listens: true },
): Promise<string[]> {
  const complaints = await Promise.all([
    folderComplaint(config),
    secretComplaint(config),
    ...(listens ? [portComplaint(config), ...tlsComplaints(config)] : []),
    metricsComplaint(config),
  ])
  return complaints.filter(complaint => complaint !== undefined)
}

async function folderComplaint({ dataDir }: Config): Promise<string | undefined> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    return `DATA_DIR ${dataDir} cannot be written (${codeOf(error)}): make it writable for this user, or name another folder.`
  }
}

/** A secret that is not there yet will be made. */
async function secretComplaint(config: Config): Promise<string | undefined> {
  if (config.secretKeys !== undefined) return undefined
  return readSecrets(secretFile(config)).then(
    () => undefined,
    error => (error instanceof SecretFault ? error.message : undefined),
  )
}

/** Tries the address now, so that this complaint comes together with the others. */
async function portComplaint(address: Address, name?: PortName): Promise<string | undefined> {
  const { host, port } = address
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const probe = createServer()
  probe.once('error', error => resolve(listenComplaint(address, error, name)))
  probe.listen({ host, port }, () => probe.close(() => resolve(undefined)))
  return promise
}

const metricsComplaint = async ({ host, metricsPort }: Config): Promise<string | undefined> =>
  metricsPort === undefined ? undefined : portComplaint({ host, port: metricsPort }, 'METRICS_PORT')

type Address = Pick<Config, 'host' | 'port'>
type PortName = 'PORT' | 'METRICS_PORT'

export function listenComplaint({ host, port }: Address, error: unknown, name: PortName = 'PORT'): string {
  const code = codeOf(error)
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${host} is in use: stop what listens there, or set ${name} to another one (0 picks a free one).`
  if (code === 'EACCES') return `Port ${port} may not be used by this user: set ${name} to one above 1023.`
  return `HOST ${host} with ${name} ${port} cannot be listened on (${code}): set HOST to an address of this machine.`
}

const tlsComplaints = ({ tls }: Config): Promise<string | undefined>[] =>
  tls === undefined
    ? []
    : [
        fileComplaint('TLS_CERT_FILE', tls.certFile),
        fileComplaint('TLS_KEY_FILE', tls.keyFile),
        pairComplaint(tls),
      ]

async function fileComplaint(name: string, file: string): Promise<string | undefined> {
  try {
    await readFile(file)
    return undefined
  } catch (error) {
    return `${name} ${file} cannot be read (${codeOf(error)}).`
  }
}

/** Of files that cannot be read `fileComplaint` complains. */
async function pairComplaint({ certFile, keyFile }: NonNullable<Config['tls']>): Promise<string | undefined> {
  const files = await Promise.all([readFile(certFile), readFile(keyFile)]).catch(() => undefined)
  if (files === undefined) return undefined
  try {
    createSecureContext({ cert: files[0], key: files[1] })
    return undefined
  } catch (error) {
    return `TLS_CERT_FILE ${certFile} and TLS_KEY_FILE ${keyFile} are not a PEM certificate and its key (${codeOf(error)}).`
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
