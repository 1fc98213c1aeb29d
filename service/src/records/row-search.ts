// Finding rows by what is in them: how, is the database's own business.
import type { Expression, SqlBool } from 'kysely'

export interface RowSearch {
  /** Whether an asset's name contains the text, whatever its case. */
  assetNamed(text: string): Expression<SqlBool>
  /** Whether an asset's metadata has all these pairs. */
  assetHas(pairs: Record<string, string>): Expression<SqlBool>
  projectNamed(text: string): Expression<SqlBool>
}
