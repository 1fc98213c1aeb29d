// Finding rows by a substring of a name: how, is the database's own business.
import type { Expression, SqlBool } from 'kysely'

export interface NameSearch {
  /** Whether an asset's name contains the text, whatever its case. */
  assetNamed(text: string): Expression<SqlBool>
  projectNamed(text: string): Expression<SqlBool>
}
