// Every operation on the installation: its workspaces and its keys.
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { createAdminKey } from './admin/create-key.ts'
import { createAdminWorkspace } from './admin/create-workspace.ts'
import { getAdminKey } from './admin/get-key.ts'
import { getAdminWorkspace } from './admin/get-workspace.ts'
import { listAdminKeys } from './admin/list-keys.ts'
import { listAdminWorkspaces } from './admin/list-workspaces.ts'
import { revokeAdminKey } from './admin/revoke-key.ts'
import { rotateAdminKey } from './admin/rotate-key.ts'
import { updateAdminWorkspace } from './admin/update-workspace.ts'

export function admin(app: App, deps: Deps): void {
  createAdminWorkspace(app, deps)
  listAdminWorkspaces(app, deps)
  getAdminWorkspace(app, deps)
  updateAdminWorkspace(app, deps)
  createAdminKey(app, deps)
  listAdminKeys(app, deps)
  getAdminKey(app, deps)
  revokeAdminKey(app, deps)
  rotateAdminKey(app, deps)
}
