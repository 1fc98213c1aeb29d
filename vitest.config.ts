import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const flows = (...names: string[]): string[] => names.map(name => `service/test/flows/${name}.test.ts`)

/**
 * Rows and bytes meet in the verbs alone, so each flow that has to do with them runs on both databases and on both stores
 * by two stacks: all that is embedded, and nothing that is. The two mixed ones run the main job, deletes, and what one of
 * the two cannot. With TEST_EVERY_STACK=1 every flow runs on every stack, save those that a list below names with its
 * reason.
 */
const ALL_FLOWS = ['service/test/flows/**/*.test.ts']
const runsEveryStack = process.env.TEST_EVERY_STACK === '1'

/** Tests of PostgreSQL itself. */
const ofPostgres = ['service/test/**/postgres*.test.ts']
/** Tests of the bucket itself. */
const ofS3 = ['service/test/contracts/s3*.test.ts', 'service/test/s3/**/*.test.ts']
/** Tests of both at once. */
const ofBoth = [
  'service/test/s3/combined*.test.ts',
  'service/test/process/three-nodes.test.ts',
  'service/test/process/jobs-of-dead-nodes.test.ts',
  'service/test/process/operators-day.test.ts',
]
/** They begin on SQLite and a folder, and end on both. */
const ofMoves = ['service/test/moves/**/*.test.ts']

/** They look into the SQLite file, copy it, or miss it: there is none beside PostgreSQL. */
const aboutSqlite = flows(
  'backup',
  'backup-damage',
  'backup-refusals',
  'doctor',
  'doctor-files',
  'no-installation',
)
/** They spoil files below DATA_DIR/blobs, or age them: there are none beside a bucket. */
const aboutFiles = flows('backup-damage', 'doctor-files', 'expiry-files', 'verify-files')
/** They open the embedded stack themselves: one on old data folders, one in a process whose files are watched. */
const ownStack = flows('earlier-data', 'delivery-large')
/** Their requests end before a row or a byte is asked for, and they mostly wait. */
const beforeRows = flows('limits-headers')
/** What they ask is decided at the door, or by what the bytes are, before it matters who keeps them. */
const beforeStorage = flows(
  'assets-create-bodies',
  'assets-create-names',
  'cross-origin',
  'dry-run',
  'limits',
  'media-facts',
  'monitoring-files',
  'responses',
  'tus-client-options',
)
/** What rows and bytes have to do with each other. */
const mixed = flows('main-job', 'delete')
const onPostgres = runsEveryStack ? ALL_FLOWS : [...mixed, ...aboutFiles]
const onS3 = runsEveryStack ? ALL_FLOWS : [...mixed, ...flows('backup')]
const onNeither = runsEveryStack ? [] : beforeStorage
const notOnPostgres = [...aboutSqlite, ...ownStack, ...beforeRows]
const notOnS3 = [...aboutFiles, ...ownStack, ...beforeRows]

const startPostgres = 'service/test/support/postgres-for-all.ts'
const startCeph = 'service/test/support/ceph-for-all.ts'

/**
 * Packages of this repository are run from their source. Others are run by Node, which does not know the condition
 * `module`: what it names may lack the endings that Node wants.
 */
const conditions = ['herbarium-source', ...defaultServerConditions.filter(name => name !== 'module')]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    /** One worker a core: the tests wait for other processes a good part of their time. */
    maxWorkers: '100%',
    /** No module of ours keeps state, so the files that one worker runs share what they have loaded. */
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'embedded',
          include: ['service/test/**/*.test.ts'],
          exclude: [...ofPostgres, ...ofS3, ...ofBoth, ...ofMoves],
          env: { HERBARIUM_TEST_ROWS: 'sqlite', HERBARIUM_TEST_BYTES: 'disk' },
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: [...ofPostgres, ...onPostgres],
          exclude: notOnPostgres,
          env: { HERBARIUM_TEST_ROWS: 'postgres', HERBARIUM_TEST_BYTES: 'disk' },
          globalSetup: startPostgres,
        },
      },
      {
        extends: true,
        test: {
          name: 's3',
          include: [...ofS3, ...onS3],
          exclude: [...ofPostgres, ...ofBoth, ...notOnS3],
          env: { HERBARIUM_TEST_ROWS: 'sqlite', HERBARIUM_TEST_BYTES: 's3' },
          globalSetup: startCeph,
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres-s3',
          include: [...ofBoth, ...ALL_FLOWS],
          exclude: [...ofPostgres, ...notOnPostgres, ...notOnS3, ...onNeither],
          env: { HERBARIUM_TEST_ROWS: 'postgres', HERBARIUM_TEST_BYTES: 's3' },
          globalSetup: [startPostgres, startCeph],
        },
      },
      {
        extends: true,
        test: {
          name: 'client',
          include: ['client/test/**/*.test.ts'],
          env: { HERBARIUM_TEST_ROWS: 'sqlite', HERBARIUM_TEST_BYTES: 'disk' },
        },
      },
      {
        extends: true,
        test: {
          name: 'moves',
          include: ofMoves,
          env: { HERBARIUM_TEST_ROWS: 'sqlite', HERBARIUM_TEST_BYTES: 'disk' },
          globalSetup: [startPostgres, startCeph],
        },
      },
    ],
  },
})
