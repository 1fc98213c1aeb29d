// What is uploaded, told apart: a file or blob of any platform, or a path in Node.
import { invalidOption } from './errors.ts'

/** A File (a page's input, a drop), any Blob (Node's openAsBlob), or in Node the path of a file. */
export type UploadSource = Blob | { path: string }

export interface SourceFile {
  blob: Blob
  /** Null for a blob that was given none. */
  name: string | null
  /** Unix milliseconds, where known. */
  lastModified: number | null
}

/** Throws `input_validation_error` for anything that cannot be read as a file. */
export async function openSource(source: UploadSource, name: string | undefined): Promise<SourceFile> {
  if ('path' in source) return openPath(source.path, name)
  if (!(source instanceof Blob)) throw invalidOption('file', 'must be a File, a Blob, or in Node {path}')
  return {
    blob: source,
    name: name ?? (source instanceof File ? source.name : null),
    lastModified: source instanceof File ? source.lastModified : null,
  }
}

/** No import: a bundler for browsers would stumble over it. */
async function openPath(path: string, name: string | undefined): Promise<SourceFile> {
  if (typeof process === 'undefined' || !('getBuiltinModule' in process))
    throw invalidOption('file', 'can be a {path} in Node only, 20.16 or newer')
  const fs = process.getBuiltinModule('node:fs')
  const { basename } = process.getBuiltinModule('node:path')
  try {
    const [blob, { mtimeMs }] = await Promise.all([fs.openAsBlob(path), fs.promises.stat(path)])
    return { blob, name: name ?? basename(path), lastModified: mtimeMs }
  } catch (cause) {
    throw invalidOption('file', `${path} cannot be read`, { cause })
  }
}

/** A file that was changed or removed while it is uploaded fails its requests as a broken network would. */
export async function stillReads(blob: Blob, offset: number): Promise<void> {
  await blob
    .slice(offset, offset + 1)
    .arrayBuffer()
    .catch(cause => {
      throw invalidOption('file', 'can no longer be read: was it changed or removed?', { cause })
    })
}
