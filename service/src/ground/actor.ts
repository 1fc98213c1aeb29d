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

/** An actor who makes something: what is made to test does not stay. */
export interface Maker extends Actor {
  mode: Mode
}

/** An actor as the door knows it. */
export interface Caller extends Maker {
  scopes: readonly GrantedScope[]
  /** Of the workspace. */
  mediaAccess: MediaAccess
}
