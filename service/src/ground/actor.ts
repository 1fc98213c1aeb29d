// Who asks: the key a request came with, and the workspace it opens.
import type { GrantedScope } from './scope.ts'

/** Test keys work in a workspace of their own, which cleans itself. */
export type Mode = 'live' | 'test'

/** Whether media are there for everyone who has their URL, or only for a time that the URL says and signs. */
export type MediaAccess = 'public' | 'signed'

export interface Actor {
  keyId: string
  workspaceId: string
}

/** An actor as the door knows it. */
export interface Caller extends Actor {
  scopes: readonly GrantedScope[]
  mode: Mode
  /** Of the workspace. */
  mediaAccess: MediaAccess
}
