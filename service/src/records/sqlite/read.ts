// Reading straight from the engine: SQLite answers before a promise could be kept.
import type { Read } from '../read.ts'
import type { Engine } from './engine.ts'

export const createRead =
  (engine: Engine): Read =>
  async <Row>({ sql, parameters }: Parameters<Read>[0]) =>
    engine.read(sql, parameters) as Row[] // as the query was built
