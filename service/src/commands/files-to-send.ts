// The files that a command was given, with all that lies in the folders among them.
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'

export interface FileToSend {
  path: string
  sizeBytes: number
  /** Where it lies below the folder that was named, with slashes; '' at its top. */
  subfolder: string
  /** Why it cannot be sent. */
  fault?: string
}

/**
 * In the order they were named, a folder's own by their paths. Files whose names begin with a dot and what lies in such
 * folders are left out, unless they are named themselves.
 */
export async function filesToSend(
  paths: string[],
  { isRecursive }: { isRecursive: boolean },
): Promise<FileToSend[]> {
  const found: FileToSend[] = []
  for (const one of paths) {
    const file = await fileAt(one, '')
    if (file !== undefined) found.push(file)
    else if (isRecursive) found.push(...(await filesBelow(one)))
    else found.push(faulty(one, 'is a folder: add --recursive to upload what is in it'))
  }
  return found
}

const faulty = (file: string, fault: string): FileToSend => ({
  path: file,
  sizeBytes: 0,
  subfolder: '',
  fault,
})

/** Undefined for a folder. */
async function fileAt(file: string, subfolder: string): Promise<FileToSend | undefined> {
  try {
    const facts = await stat(file)
    if (facts.isDirectory()) return undefined
    return facts.isFile() ? { path: file, sizeBytes: facts.size, subfolder } : faulty(file, 'is not a file')
  } catch (error) {
    return unreadable(file, error)
  }
}

async function filesBelow(folder: string): Promise<FileToSend[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    const names = entries
      .filter(entry => !entry.isDirectory())
      .map(entry => path.relative(folder, path.join(entry.parentPath, entry.name)))
      .filter(name => !name.split(path.sep).some(part => part.startsWith('.')))
      .sort()
    const subfolderOf = (name: string) =>
      path
        .dirname(name)
        .split(path.sep)
        .filter(part => part !== '.')
        .join('/')
    const files = await Promise.all(names.map(name => fileAt(path.join(folder, name), subfolderOf(name))))
    return files.filter(file => file !== undefined) // a link to a folder could lead back
  } catch (error) {
    return [unreadable(folder, error)]
  }
}

const unreadable = (file: string, error: unknown): FileToSend =>
  faulty(file, `cannot be read (${error instanceof Error && 'code' in error ? error.code : error})`)
