// What happens in the workspace while the page is open, for every part that shows some of it.
import { createClient } from '@herbarium/client'
import { type ComponentChildren, createContext } from 'preact'
import { useContext, useEffect, useRef, useState } from 'preact/hooks'
import { root } from '../address.ts'
import { useSession } from '../api/session.tsx'
import { Glyph } from '../parts/icons.tsx'
import { followWhileSeen } from './follow.ts'
import { type Changes, createGatherer } from './gather.ts'

type Listener = (changes: Changes) => void

const LiveContext = createContext<Set<Listener>>(new Set())

export function LiveProvider({ children }: { children: ComponentChildren }) {
  const { key, signOut } = useSession()
  const [listeners] = useState(() => new Set<Listener>())
  const [isLost, setIsLost] = useState(false)
  const leave = useRef(signOut)
  leave.current = signOut
  useEffect(() => {
    const gatherer = createGatherer(changes => {
      for (const listener of listeners) listener(changes)
    })
    const end = followWhileSeen({
      client: createClient({ baseUrl: `${location.origin}${root}/api/v1`, apiKey: key }),
      gatherer,
      onConnection: isOpen => setIsLost(!isOpen),
      onRefusedKey: error => leave.current(error.message),
    })
    return () => {
      end()
      gatherer.close()
    }
  }, [key, listeners])
  return (
    <LiveContext.Provider value={listeners}>
      {children}
      <div role="status">
        {isLost && (
          <p class="lost" title="What is shown may be old until the server answers again.">
            <Glyph sign="again" size={16} /> Reconnecting…
          </p>
        )}
      </div>
    </LiveContext.Provider>
  )
}

/** Called with what has changed, once a second at most. */
export function useChanges(onChanges: Listener): void {
  const listeners = useContext(LiveContext)
  const latest = useRef(onChanges)
  latest.current = onChanges
  useEffect(() => {
    const listener: Listener = changes => latest.current(changes)
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }, [listeners])
}
