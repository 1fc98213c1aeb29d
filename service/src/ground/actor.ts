// Who asks: the key a request came with, and the workspace it opens.

export interface Actor {
  keyId: string
  workspaceId: string
}
