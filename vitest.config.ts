import { defineConfig } from 'vitest/config'

/** Tests of PostgreSQL itself. */
const onPostgres = ['service/test/**/postgres*.test.ts']
/** Flows that ask the most of the rows: pages, search, races, jobs, tenants, counters. */
const flowsOnPostgres = [
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
].map(flow => `service/test/flows/${flow}.test.ts`)

/** Flows about the file that SQLite keeps. */
const flowsOnSqlite = ['backup', 'backup-refusals', 'doctor', 'earlier-data'].map(
  flow => `service/test/flows/${flow}.test.ts`,
)

const isAllOnPostgres = process.env.HERBARIUM_TEST_ROWS === 'postgres'

export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: { name: 'sqlite', include: ['service/test/**/*.test.ts'], exclude: onPostgres },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: [...onPostgres, ...(isAllOnPostgres ? ['service/test/flows/*.test.ts'] : flowsOnPostgres)],
          exclude: flowsOnSqlite,
          env: { HERBARIUM_TEST_ROWS: 'postgres' },
          globalSetup: 'service/test/support/postgres-for-all.ts',
        },
      },
    ],
  },
})
