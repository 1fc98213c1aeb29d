// The settings: each variable's default, what it takes, and what is said of what it does not.
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Config, readSettings } from '../../src/config/config.ts'

const complaintsOf = (environment: Record<string, string>) => readSettings(environment).complaints
const GIB = 1024 ** 3

describe('Settings that nobody made', () => {
  it('run a private installation on this machine', () => {
    expect(readSettings({})).toEqual({
      complaints: [],
      config: {
        host: '127.0.0.1',
        port: 8787,
        dataDir: path.resolve('data'),
        database: undefined,
        s3: undefined,
        publicUrl: undefined,
        mediaUrl: undefined,
        tls: undefined,
        secretKeys: undefined,
        uploadTtlSeconds: 3600,
        maxUploadBytes: 5 * GIB,
        maxPendingPerWorkspace: 10_000,
        completeWaitSeconds: 25,
        delivery: 'stream',
        mediaCacheSeconds: 31_536_000,
        eventsTtlDays: 30,
        imagePresets: [],
        derivativesMaxBytes: GIB,
        ffmpegPlaces: [],
        privacyStrip: false,
        clamav: undefined,
        fetchPorts: [443],
        fetchHostAllowlist: [],
        webhookAllowHosts: [],
        corsOrigins: [],
        rateLimit: 6000,
        logLevel: 'info',
        metricsPort: undefined,
        traces: undefined,
        trustProxy: false,
      },
    })
  })

  it('are the same when every variable is empty or blank', () => {
    const names = [
      'HOST',
      'PORT',
      'DATA_DIR',
      'DATABASE_URL',
      'DATABASE_CONNECTIONS',
      'PUBLIC_URL',
      'MEDIA_URL',
      'TLS_CERT_FILE',
      'TLS_KEY_FILE',
      'SECRET_KEY',
      'UPLOAD_TTL_SECONDS',
      'MAX_UPLOAD_BYTES',
      'COMPLETE_WAIT_SECONDS',
      'MEDIA_CACHE_SECONDS',
      'DELIVERY',
      'EVENTS_TTL_DAYS',
      'WEBHOOK_ALLOW_HOSTS',
      'CORS_ORIGINS',
      'LOG_LEVEL',
      'METRICS_PORT',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'TRUST_PROXY',
      'ALLOW_INSECURE_PUBLIC_URL',
    ]
    for (const blank of ['', '  '])
      expect(readSettings(Object.fromEntries(names.map(name => [name, blank])))).toEqual(readSettings({}))
  })

  it('cannot be changed once they are read', () => {
    expect(Object.isFrozen(readSettings({}).config)).toBe(true)
  })
})

describe('A variable is taken', () => {
  const taken: [name: string, value: string, setting: Partial<Config>][] = [
    ['HOST', ' 127.0.0.2 ', { host: '127.0.0.2' }],
    ['HOST', '0.0.0.0', { host: '0.0.0.0' }],
    ['HOST', '::1', { host: '::1' }],
    ['PORT', '0', { port: 0 }],
    ['PORT', '65535', { port: 65_535 }],
    ['DATA_DIR', '/srv/herbarium', { dataDir: '/srv/herbarium' }],
    ['DATA_DIR', 'some/../where', { dataDir: path.resolve('where') }],
    ['PUBLIC_URL', 'https://assets.example.com', { publicUrl: 'https://assets.example.com' }],
    ['PUBLIC_URL', 'https://example.com:8443/assets//', { publicUrl: 'https://example.com:8443/assets' }],
    ['PUBLIC_URL', 'HTTPS://Example.com', { publicUrl: 'https://example.com' }],
    ['PUBLIC_URL', 'https:example.com', { publicUrl: 'https://example.com' }],
    ['PUBLIC_URL', 'https://example.com/?', { publicUrl: 'https://example.com' }],
    ['PUBLIC_URL', 'https://example.com#', { publicUrl: 'https://example.com' }],
    ['PUBLIC_URL', 'http://localhost:8787', { publicUrl: 'http://localhost:8787' }],
    ['PUBLIC_URL', 'http://127.1.2.3', { publicUrl: 'http://127.1.2.3' }],
    ['PUBLIC_URL', 'http://[::1]:1', { publicUrl: 'http://[::1]:1' }],
    ['MEDIA_URL', 'https://cdn.example.com/', { mediaUrl: 'https://cdn.example.com' }],
    ['SECRET_KEY', 'x'.repeat(32), { secretKeys: ['x'.repeat(32)] }],
    ['SECRET_KEY', `${'x'.repeat(32)} , ${'y'.repeat(32)}`, { secretKeys: ['x'.repeat(32), 'y'.repeat(32)] }],
    ['UPLOAD_TTL_SECONDS', '1', { uploadTtlSeconds: 1 }],
    ['UPLOAD_TTL_SECONDS', '604800', { uploadTtlSeconds: 604_800 }],
    ['MAX_UPLOAD_BYTES', '1', { maxUploadBytes: 1 }],
    ['MAX_UPLOAD_BYTES', String(1024 * GIB), { maxUploadBytes: 1024 * GIB }],
    ['COMPLETE_WAIT_SECONDS', '0', { completeWaitSeconds: 0 }],
    ['COMPLETE_WAIT_SECONDS', '55', { completeWaitSeconds: 55 }],
    ['MEDIA_CACHE_SECONDS', '0', { mediaCacheSeconds: 0 }],
    ['MEDIA_CACHE_SECONDS', '31536000', { mediaCacheSeconds: 31_536_000 }],
    ['EVENTS_TTL_DAYS', '1', { eventsTtlDays: 1 }],
    ['WEBHOOK_ALLOW_HOSTS', 'hooks, *.internal', { webhookAllowHosts: ['hooks', '*.internal'] }],
    ['CORS_ORIGINS', '*', { corsOrigins: ['*'] }],
    [
      'CORS_ORIGINS',
      ' https://a.example , http://localhost:3000,',
      { corsOrigins: ['https://a.example', 'http://localhost:3000'] },
    ],
    ['LOG_LEVEL', 'Silent', { logLevel: 'silent' }],
    ['LOG_LEVEL', 'trace', { logLevel: 'trace' }],
    ['METRICS_PORT', '0', { metricsPort: 0 }],
    ['METRICS_PORT', '9464', { metricsPort: 9464 }],
    ['TRUST_PROXY', '1', { trustProxy: true }],
    ['TRUST_PROXY', 'TRUE', { trustProxy: true }],
    ['TRUST_PROXY', '0', { trustProxy: false }],
    ['TRUST_PROXY', 'false', { trustProxy: false }],
  ]
  it.each(taken)('%s=%s', (name, value, setting) => {
    expect(readSettings({ [name]: value })).toEqual({
      config: { ...readSettings({}).config, ...setting },
      complaints: [],
    })
  })
})

describe('A variable is complained of by its name, and not taken', () => {
  it.each([
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['PORT', '0x50'],
    ['PORT', '1e3'],
    ['PORT', 'http'],
    ['PORT', '9'.repeat(400)],
    ['DATABASE_CONNECTIONS', '1'],
    ['EVENTS_TTL_DAYS', '0'],
    ['UPLOAD_TTL_SECONDS', '0'],
    ['UPLOAD_TTL_SECONDS', '604801'],
    ['MAX_UPLOAD_BYTES', '0'],
    ['MAX_UPLOAD_BYTES', '5GB'],
    ['MAX_UPLOAD_BYTES', String(1024 * GIB + 1)],
    ['COMPLETE_WAIT_SECONDS', '56'],
    ['MEDIA_CACHE_SECONDS', '31536001'],
    ['PUBLIC_URL', 'example.com'],
    ['PUBLIC_URL', '/assets'],
    ['PUBLIC_URL', 'https://'],
    ['PUBLIC_URL', 'ftp://example.com'],
    ['PUBLIC_URL', 'https://example.com/?a=b'],
    ['PUBLIC_URL', 'https://example.com/#a'],
    ['PUBLIC_URL', 'https://user@example.com'],
    ['PUBLIC_URL', 'https://:password@example.com'],
    ['PUBLIC_URL', 'http://example.com'],
    ['PUBLIC_URL', 'http://10.0.0.1:8787'],
    ['PUBLIC_URL', 'http://localhost.example.com'],
    ['PUBLIC_URL', 'http://127.0.0.1.example.com'],
    ['MEDIA_URL', 'http://example.com'],
    ['MEDIA_URL', 'cdn'],
    ['SECRET_KEY', 'x'.repeat(31)],
    ['SECRET_KEY', `${'x'.repeat(32)},`],
    ['SECRET_KEY', `${'x'.repeat(20)},${'y'.repeat(40)}`],
    ['CORS_ORIGINS', 'https://app.example.com/'],
    ['CORS_ORIGINS', 'app.example.com'],
    ['CORS_ORIGINS', 'https://a.example, nonsense'],
    ['LOG_LEVEL', 'loud'],
    ['METRICS_PORT', 'on'],
    ['METRICS_PORT', '65536'],
    ['METRICS_PORT', '8787'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'ftp://collector'],
    ['TRUST_PROXY', 'yes'],
    ['ALLOW_INSECURE_PUBLIC_URL', '2'],
  ])('%s=%s', (name, value) => {
    const { config, complaints } = readSettings({ [name]: value })
    expect(complaints).toEqual([expect.stringMatching(new RegExp(`^${name} .+\\.$`))])
    if (name !== 'CORS_ORIGINS') expect(config).toEqual(readSettings({}).config)
  })

  it('without repeating a secret or a password', () => {
    const told = complaintsOf({ SECRET_KEY: 'hunter2', PUBLIC_URL: 'https://me:hunter2@example.com' }).join()
    expect(told).not.toContain('hunter2')
  })

  it('all at once', () => {
    const complaints = complaintsOf({
      PORT: 'x',
      PUBLIC_URL: 'http://example.com',
      MEDIA_URL: 'x',
      TLS_CERT_FILE: '/cert.pem',
      SECRET_KEY: 'short',
      LOG_LEVEL: 'x',
      CORS_ORIGINS: 'x,y',
      TRUST_PROXY: 'x',
    })
    const named = complaints.map(complaint => complaint.split(' ')[0]).sort()
    const once = [
      'LOG_LEVEL',
      'MEDIA_URL',
      'PORT',
      'PUBLIC_URL',
      'SECRET_KEY',
      'TLS_CERT_FILE',
      'TRUST_PROXY',
    ]
    expect(named).toEqual(['CORS_ORIGINS', 'CORS_ORIGINS', ...once])
  })
})

describe('Settings that belong together', () => {
  const tls = { TLS_CERT_FILE: '/cert.pem', TLS_KEY_FILE: '/key.pem' }

  it('are taken together', () => {
    const { config, complaints } = readSettings(tls)
    expect(config.tls).toEqual({ certFile: '/cert.pem', keyFile: '/key.pem' })
    expect(complaints).toEqual([])
  })

  it.each(Object.entries(tls))('are complained of when %s is given alone', (name, value) => {
    const { config, complaints } = readSettings({ [name]: value })
    expect(config.tls).toBeUndefined()
    expect(complaints).toEqual([expect.stringMatching(/TLS_CERT_FILE and TLS_KEY_FILE/)])
  })

  it('a plain http URL is taken in a network that is said to be closed', () => {
    const insecure = {
      PUBLIC_URL: 'http://10.0.0.1',
      MEDIA_URL: 'http://cdn',
      ALLOW_INSECURE_PUBLIC_URL: '1',
    }
    const { config, complaints } = readSettings(insecure)
    expect([config.publicUrl, config.mediaUrl, complaints]).toEqual(['http://10.0.0.1', 'http://cdn', []])
  })

  it('an address that others reach needs TLS, a public URL, or a closed network', () => {
    const reachable = { HOST: '192.168.1.5' }
    expect(complaintsOf(reachable)).toEqual([expect.stringMatching(/^HOST .*PUBLIC_URL/)])
    expect(complaintsOf({ ...reachable, PUBLIC_URL: 'https://example.com' })).toEqual([])
    expect(complaintsOf({ ...reachable, ...tls })).toEqual([])
    expect(complaintsOf({ ...reachable, ALLOW_INSECURE_PUBLIC_URL: '1' })).toEqual([])
  })
})

describe('A database of its own', () => {
  const SECRET_KEY = 'x'.repeat(32)

  it.each([
    'postgres://herbarium:pass@db.example.com:5432/herbarium',
    'postgresql://herbarium@db/herbarium?sslmode=verify-full',
    'postgres:///herbarium?host=/var/run/postgresql',
  ])('is taken from DATABASE_URL=%s', url => {
    const { config, complaints } = readSettings({ DATABASE_URL: url, SECRET_KEY, DATABASE_CONNECTIONS: '20' })
    expect(complaints).toEqual([])
    expect(config.database).toEqual({ url, connections: 20 })
  })

  it.each([
    'mysql://herbarium:hunter2@db/herbarium',
    'herbarium:hunter2@db/herbarium',
    'postgres://herbarium:hunter2@db',
    'postgres://herbarium:hunter2@db/',
    'postgres://herbarium:hunter2@:x/herbarium',
    'hunter2',
  ])('is complained of by its name and not repeated: %s', url => {
    const { config, complaints } = readSettings({ DATABASE_URL: url, SECRET_KEY })
    expect(complaints).toEqual([expect.stringMatching(/^DATABASE_URL must be such as postgres:.+\.$/)])
    expect(complaints.join()).not.toContain('hunter2')
    expect(config.database).toBeUndefined()
  })

  it('needs the secret that its nodes share', () => {
    const complaints = complaintsOf({ DATABASE_URL: 'postgres://db/herbarium' })
    expect(complaints).toEqual([expect.stringMatching(/^SECRET_KEY must be set .+openssl rand -hex 32/)])
  })
})
