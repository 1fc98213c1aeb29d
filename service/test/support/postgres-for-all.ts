// One PostgreSQL server for all test files of a run, whatever projects they are of.
import type { TestProject } from 'vitest/node'
import { openPostgres } from '../../src/records/postgres/open-postgres.ts'
import { newDatabase } from './new-database.ts'
import { startPostgres } from './start-postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Names a database of a server that runs as long as the tests do. */
    postgresUrl: string
    /** The name of a database on it that has the tables and no rows, to be copied. */
    postgresTemplate: string
  }
}

/** Projects are set up one after the other, and what the root was given all of them see. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const root = project.vitest.getRootProject()
  if ('postgresUrl' in root.getProvidedContext()) return undefined
  const server = await startPostgres()
  const { name, url } = await newDatabase(server.url)
  await (await openPostgres({ url, connections: 1 })).close()
  root.provide('postgresUrl', server.url)
  root.provide('postgresTemplate', name)
  return () => server.close()
}
