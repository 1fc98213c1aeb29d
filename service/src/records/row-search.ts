// Finding rows by what is in them: how, is the database's own business.
import type { Expression, SqlBool } from 'kysely'

export interface RowSearch {
  /** The newest assets of `page` whose names contain the text, whatever its case. */
  assetsNamed<Row>(text: string, page: NamedPage<Row>): Promise<Row[]>
  /** Whether an asset's metadata has all these pairs. */
  assetHas(pairs: Record<string, string>): Expression<SqlBool>
  projectNamed(text: string): Expression<SqlBool>
}

/** A page of assets that has yet to be told how their names are found. */
export interface NamedPage<Row> {
  workspaceId: string
  /** Only assets with a lower ordinal; undefined for all. */
  after: number | undefined
  rows: number
  /** Newest first: at most `rows` of those for which the condition holds too. */
  read(condition: Expression<SqlBool>, rows: number): Promise<Row[]>
}
