// A workspace: the tenant that owns keys, projects and assets.

export interface Workspace {
  id: string
  name: string
  /** Null for no bound. */
  quotaBytes: number | null
  createdAt: number
}
