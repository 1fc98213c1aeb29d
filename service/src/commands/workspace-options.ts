// What commands let a person say about a workspace.
import { Option } from 'commander'
import type { MediaAccess } from '../ground/actor.ts'
import { readSizeOrNone } from './measures.ts'

export interface WorkspaceOptions {
  quota?: number | 'none' // commander takes a null for nothing
  mediaAccess?: MediaAccess
}

export const quotaOption = () =>
  new Option('--quota <size>', 'the most it may keep: 10GB, 500MB, a number of bytes, or none').argParser(
    readSizeOrNone,
  )

export const mediaAccessOption = () =>
  new Option('--media-access <access>', 'who may have its media by their URL').choices([
    'public',
    'signed',
  ] satisfies MediaAccess[])

/** Null for no bound; undefined where nothing was said. */
export const quotaBytesIn = ({ quota }: WorkspaceOptions): number | null | undefined =>
  quota === 'none' ? null : quota
