// Who is signed in: a key that stays in this tab, never in a URL and never on the disk.
import { createContext } from 'preact'
import { useCallback, useContext, useEffect, useMemo, useState } from 'preact/hooks'
import { root } from '../address.ts'
import { type Api, createApi } from './api.ts'
import { isKeyRefused, messageOf } from './errors.ts'
import type { Workspace } from './wire.ts'

export interface Session {
  api: Api
  /** For what speaks to the API by itself. */
  key: string
  workspace: Workspace
  /** Seconds that requests wait because the server asked for it; 0 while they do not. */
  waitSeconds: number
  /** With the reason that the way in then says. */
  signOut(reason?: string): void
}

/** How far someone has come in. */
export type Entry =
  | { state: 'out'; reason?: string | undefined }
  | { state: 'checking' }
  | { state: 'away'; message: string; again(): void }
  | { state: 'in'; session: Session }

const KEY = 'herbarium.key'

export const SessionContext = createContext<Session | undefined>(undefined)

/** For what is shown only to those who are signed in. */
export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session === undefined) throw new Error('nobody is signed in')
  return session
}

/** A key was typed, or the tab was loaded anew: what is kept is asked for again. */
export function useEntry(): { entry: Entry; signIn(key: string): void } {
  const [key, setKey] = useState(() => sessionStorage.getItem(KEY))
  const [workspace, setWorkspace] = useState<Workspace>()
  const [trouble, setTrouble] = useState<string>()
  const [reason, setReason] = useState<string>()
  const [tries, setTries] = useState(0)
  const [waitSeconds, setWaitSeconds] = useState(0)

  const leave = useCallback((why?: string) => {
    sessionStorage.removeItem(KEY)
    setReason(why)
    setWorkspace(undefined)
    setTrouble(undefined)
    setKey(null)
  }, [])

  const api = useMemo(
    () =>
      key === null
        ? undefined
        : createApi({ root, key, onRefusedKey: error => leave(error.message), onWait: setWaitSeconds }),
    [key, leave],
  )

  // Another try asks the same again.
  useEffect(() => {
    if (api === undefined || key === null) return
    const aborting = new AbortController()
    api.get<{ workspaces: Workspace[] }>('/workspaces', {}, aborting.signal).then(
      ({ workspaces }) => {
        sessionStorage.setItem(KEY, key)
        setWorkspace(workspaces[0])
      },
      error => {
        if (!aborting.signal.aborted && !isKeyRefused(error)) setTrouble(messageOf(error))
      },
    )
    return () => aborting.abort()
  }, [api, key, tries])

  return {
    entry: entryOf(),
    signIn: typed => {
      setReason(undefined)
      setKey(typed)
    },
  }

  function entryOf(): Entry {
    if (api === undefined || key === null) return { state: 'out', reason }
    if (workspace !== undefined)
      return { state: 'in', session: { api, key, workspace, waitSeconds, signOut: leave } }
    if (trouble === undefined) return { state: 'checking' }
    const again = () => {
      setTrouble(undefined)
      setTries(tries + 1)
    }
    return { state: 'away', message: trouble, again }
  }
}
