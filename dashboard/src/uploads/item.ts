// One file on its way up, as the page knows it.

/** Where its asset goes; empty strings for nowhere in particular. */
export interface Destination {
  projectId: string
  folder: string
}

export type UploadState =
  /** For a place among those that are sent. */
  | 'waiting'
  | 'sending'
  /** The bytes are there and are looked at. */
  | 'verifying'
  | 'paused'
  /** Of a page that was left: its file has to be chosen again. */
  | 'unfinished'
  | 'failed'
  | 'ready'

export interface UploadItem {
  id: string
  name: string
  size: number
  lastModified: number
  contentType: string
  destination: Destination
  state: UploadState
  sentBytes: number
  /** Why it failed, or what is wrong with the file that was chosen again. */
  reason?: string | undefined
  assetId?: string | undefined
  /** The asset was there before: this is another try of it. */
  isRetry?: boolean | undefined
}

/** A file with the folder it lay in, where it was dropped with one. */
export interface Dropped {
  file: File
  folder: string
}

export const isUnderWay = ({ state }: UploadItem): boolean =>
  state === 'waiting' || state === 'sending' || state === 'verifying'

/** Whether a file that was chosen again is the one that is missed. */
export const isFileOf = (item: UploadItem, file: File): boolean =>
  item.name === file.name && item.size === file.size && item.lastModified === file.lastModified

export function itemFor(id: string, { file, folder }: Dropped, destination: Destination): UploadItem {
  const folders = [destination.folder, folder].filter(part => part !== '')
  return {
    id,
    name: file.name,
    size: file.size,
    lastModified: file.lastModified,
    contentType: file.type,
    destination: { ...destination, folder: folders.join('/') },
    state: 'waiting',
    sentBytes: 0,
  }
}
