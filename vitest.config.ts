import { defineConfig } from 'vitest/config'

const flows = (...names: string[]): string[] => names.map(name => `service/test/flows/${name}.test.ts`)
const ALL_FLOWS = ['service/test/flows/**/*.test.ts']

/** Tests of PostgreSQL itself, and the flows that ask the most of the rows; HERBARIUM_TEST_ROWS=postgres runs them all. */
const ofPostgres = ['service/test/**/postgres*.test.ts']
const onPostgres = flows(
  'assets-complete',
  'assets-list',
  'assets-list-filters',
  'assets-retry',
  'delete',
  'door-races',
  'expiry',
  'idempotency',
  'keys',
  'projects',
  'quota',
  'restart',
  'tenants',
  'url-fetch',
)
/** Flows about the file that SQLite keeps. */
const aboutSqlite = flows('backup', 'backup-refusals', 'doctor', 'earlier-data')
const isAllOnPostgres = process.env.HERBARIUM_TEST_ROWS === 'postgres'

/** Tests of the bucket itself, and some flows with their bytes in one; HERBARIUM_TEST_BYTES=s3 runs them all. */
const ofS3 = ['service/test/contracts/s3*.test.ts', 'service/test/s3/**/*.test.ts']
const onS3 = flows('assets-create', 'assets-complete', 'delivery-ranges', 'tus-resume', 'verify')
const isAllOnS3 = process.env.HERBARIUM_TEST_BYTES === 's3'

/** Tests of both at once. */
const ofBoth = ['service/test/moves/**/*.test.ts']

export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'embedded',
          include: ['service/test/**/*.test.ts'],
          exclude: [...ofPostgres, ...ofS3, ...ofBoth],
          env: { HERBARIUM_TEST_ROWS: 'sqlite', HERBARIUM_TEST_BYTES: 'disk' },
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: [...ofPostgres, ...(isAllOnPostgres ? ALL_FLOWS : onPostgres)],
          exclude: aboutSqlite,
          env: { HERBARIUM_TEST_ROWS: 'postgres', HERBARIUM_TEST_BYTES: 'disk' },
          globalSetup: 'service/test/support/postgres-for-all.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 's3',
          include: [...ofS3, ...(isAllOnS3 ? ALL_FLOWS : onS3)],
          env: { HERBARIUM_TEST_ROWS: 'sqlite', HERBARIUM_TEST_BYTES: 's3' },
          globalSetup: 'service/test/support/ceph-for-all.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres-s3',
          include: ofBoth,
          env: { HERBARIUM_TEST_ROWS: 'sqlite', HERBARIUM_TEST_BYTES: 'disk' },
          globalSetup: ['service/test/support/postgres-for-all.ts', 'service/test/support/ceph-for-all.ts'],
        },
      },
    ],
  },
})
