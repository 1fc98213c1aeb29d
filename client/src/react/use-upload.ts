// Uploads as a component's state.
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import {
  createUploadQueue,
  type QueuedUpload,
  type UploadQueue,
  type UploadQueueOptions,
} from '../upload-queue.ts'

/** The functions are the same ones in every render. */
export interface Uploads extends Pick<UploadQueue, 'add' | 'pause' | 'resume' | 'retry' | 'cancel'> {
  /** In the order in which they were added. */
  uploads: readonly QueuedUpload[]
}

/** What is under way when the component goes is paused, so that the same files go on where they were. */
export function useUpload(options: UploadQueueOptions): Uploads {
  const latest = useRef(options)
  useEffect(() => {
    latest.current = options
  })
  const [queue] = useState(() => createUploadQueue(() => latest.current))
  useEffect(() => () => queue.pauseAll(), [queue])
  const uploads = useSyncExternalStore(queue.subscribe, queue.uploads, queue.uploads)
  const { add, pause, resume, retry, cancel } = queue
  return { uploads, add, pause, resume, retry, cancel }
}
