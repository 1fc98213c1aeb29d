// The uploads of this tab, for every part of the page that begins, shows or waits for them.
import { type ComponentChildren, createContext } from 'preact'
import { useContext, useEffect, useMemo, useState } from 'preact/hooks'
import { useSession } from '../api/session.tsx'
import { createCarrier } from './carrier.ts'
import { type Destination, type Dropped, isUnderWay, type UploadItem } from './item.ts'
import { keepItems, keptItems } from './kept.ts'
import { createQueue, type Queue } from './queue.ts'

export interface Uploads extends Omit<Queue, 'items' | 'add' | 'close'> {
  items: UploadItem[]
  /** The last one that has come to an end, to be said aloud. */
  lastFinished: UploadItem | undefined
  /** Where files go that are added now. */
  destination: Destination
  setDestination(destination: Destination): void
  add(dropped: Dropped[]): void
}

const UploadsContext = createContext<Uploads | undefined>(undefined)
const NOWHERE: Destination = { projectId: '', folder: '' }

export function useUploads(): Uploads {
  const uploads = useContext(UploadsContext)
  if (uploads === undefined) throw new Error('nobody is signed in')
  return uploads
}

export function UploadsProvider({ children }: { children: ComponentChildren }) {
  const { api, key, workspace } = useSession()
  const [items, setItems] = useState(keptItems)
  const [ended, setEnded] = useState<UploadItem>()
  const [destination, setDestination] = useState(NOWHERE)
  const queue = useMemo(
    () =>
      createQueue({
        carrier: createCarrier({ api, key, workspaceId: workspace.workspace_id }),
        kept: keptItems(),
        onChange: next => {
          keepItems(next)
          setItems(next)
        },
        onFinished: setEnded,
      }),
    [api, key, workspace],
  )
  useEffect(() => queue.close, [queue])
  useLeaveWarning(items.some(isUnderWay))
  const uploads = {
    ...queue,
    items,
    lastFinished: ended,
    destination,
    setDestination,
    add: (dropped: Dropped[]) => queue.add(dropped, destination),
  }
  return <UploadsContext.Provider value={uploads}>{children}</UploadsContext.Provider>
}

/** Nothing that was sent is lost, but the files have to be chosen again. */
function useLeaveWarning(isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [isNeeded])
}
