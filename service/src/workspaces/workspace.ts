// A workspace: the tenant that owns keys, projects and assets.

export interface Workspace {
  id: string
  name: string
  createdAt: number
}
