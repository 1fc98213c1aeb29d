// What a start refuses: every reason at once, one clear line each, and nothing is left running.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { linesOf, type Outcome, runHerbarium } from '../support/run-herbarium.ts'
import { type Environment, temporaryFolder } from '../support/start-process.ts'

vi.setConfig({ testTimeout: 60_000 }) // processes take their time on a busy machine

let folder: string
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const serve = (environment: Environment): Promise<Outcome> =>
  runHerbarium(['serve'], { PORT: '0', DATA_DIR: path.join(folder, 'data'), ...environment })

/** Exit 1, nothing on stdout, and on stderr exactly one line for each pattern, in any order. */
function expectComplaints(outcome: Outcome, patterns: RegExp[]): void {
  const lines = linesOf(outcome.stderr)
  for (const pattern of patterns)
    expect(
      lines.filter(line => pattern.test(line)),
      `${pattern} in\n${outcome.stderr}`,
    ).toHaveLength(1)
  expect(lines, outcome.stderr).toHaveLength(patterns.length)
  expect(outcome.stdout).toBe('')
  expect(outcome.code).toBe(1)
}

test('a port in use is one line that names the port and the cure', async () => {
  const occupant = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => occupant.once('listening', resolve))
  const address = occupant.address()
  const port = typeof address === 'object' && address ? String(address.port) : ''
  const outcome = await serve({ PORT: port })
  occupant.close()
  expectComplaints(outcome, [new RegExp(`^herbarium: Port ${port} .*in use.*set PORT`)])
})

test('a folder that cannot be one is one line that names it and the cure', async () => {
  const file = path.join(folder, 'file')
  await writeFile(file, 'in the way')
  expectComplaints(await serve({ DATA_DIR: file }), [/^herbarium: DATA_DIR \S+file .*name another folder/])
  expectComplaints(await serve({ DATA_DIR: path.join(file, 'below') }), [
    /^herbarium: DATA_DIR \S+below .*name another folder/,
  ])
})

test('a data folder whose contents are not what they must be is one line, not a stack', async () => {
  const dataDir = path.join(folder, 'strange')
  await mkdir(dataDir)
  await writeFile(path.join(dataDir, 'blobs'), 'not a folder')
  expectComplaints(await serve({ DATA_DIR: dataDir }), [/^herbarium: .*blobs/])
})

test('bad variables are all complained of at once, by name', async () => {
  const file = path.join(folder, 'another-file')
  await writeFile(file, '')
  const outcome = await serve({
    DATA_DIR: file,
    PORT: '70000',
    HOST: '192.0.2.1',
    PUBLIC_URL: 'http://media.example.com',
    MEDIA_URL: 'media.example.com',
    SECRET_KEY: 'short',
    TLS_CERT_FILE: '/nowhere/cert.pem',
    UPLOAD_TTL_SECONDS: '0',
    MAX_UPLOAD_BYTES: '5GB',
    COMPLETE_WAIT_SECONDS: '56',
    MEDIA_CACHE_SECONDS: '-1',
    CORS_ORIGINS: 'https://good.example.com, app.example.com/',
    LOG_LEVEL: 'loud',
    TRUST_PROXY: 'maybe',
  })
  const named = (name: string) => new RegExp(`^herbarium: ${name} `)
  for (const name of [
    'DATA_DIR',
    'PORT',
    'PUBLIC_URL',
    'MEDIA_URL',
    'SECRET_KEY',
    'TLS_CERT_FILE',
    'UPLOAD_TTL_SECONDS',
    'MAX_UPLOAD_BYTES',
    'COMPLETE_WAIT_SECONDS',
    'MEDIA_CACHE_SECONDS',
    'CORS_ORIGINS',
    'LOG_LEVEL',
    'TRUST_PROXY',
  ])
    expect(
      linesOf(outcome.stderr).filter(line => named(name).test(line)),
      outcome.stderr,
    ).toHaveLength(1)
  expect(outcome.stdout).toBe('')
  expect(outcome.code).toBe(1)
})

test('a SECRET_KEY that is too short is complained of with the cure, and is not repeated', async () => {
  const outcome = await serve({ SECRET_KEY: 'hunter2hunter2' })
  expectComplaints(outcome, [/^herbarium: SECRET_KEY .*32 characters.*openssl rand/])
  expect(outcome.stderr).not.toContain('hunter2')
})

test('a plain http PUBLIC_URL that others can reach is refused with both cures', async () => {
  expectComplaints(await serve({ PUBLIC_URL: 'http://media.example.com' }), [
    /^herbarium: PUBLIC_URL .*https.*ALLOW_INSECURE_PUBLIC_URL=1/,
  ])
})

test('an address that others reach without TLS and without PUBLIC_URL is refused, and one that is not here too', async () => {
  expectComplaints(await serve({ HOST: '192.0.2.1' }), [
    /^herbarium: HOST .*others can reach.*PUBLIC_URL/,
    /^herbarium: HOST 192\.0\.2\.1 .*cannot be listened on.*address of this machine/,
  ])
})

test('certificates that cannot be read are complained of each', async () => {
  expectComplaints(await serve({ TLS_CERT_FILE: '/nowhere/c.pem', TLS_KEY_FILE: '/nowhere/k.pem' }), [
    /^herbarium: TLS_CERT_FILE \/nowhere\/c\.pem cannot be read/,
    /^herbarium: TLS_KEY_FILE \/nowhere\/k\.pem cannot be read/,
  ])
})

test('certificates that are none are complained of in one line', async () => {
  const file = path.join(folder, 'not-a.pem')
  await writeFile(file, 'not a certificate')
  const outcome = await serve({ TLS_CERT_FILE: file, TLS_KEY_FILE: file })
  expectComplaints(outcome, [/^herbarium: TLS_CERT_FILE .*TLS_KEY_FILE .*not a PEM certificate and its key/])
})
