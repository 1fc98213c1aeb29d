// What lies in a copy of the bytes and is named by none of its rows.
import type { BlobStore, NamedRows } from './ports.ts'

/** Keys in media and quarantine, of those that are ours. */
export async function unnamedKeys(blobs: BlobStore, rows: NamedRows): Promise<string[]> {
  const unnamed: string[] = []
  for await (const page of blobs.stored('media')) {
    const ours = page.filter(file => file.isOurs).map(({ key }) => key)
    const known = await rows.knownMediaKeys(ours)
    unnamed.push(...ours.filter(key => !known.has(key)))
  }
  const received = new Set<string>()
  for await (const page of rows.receivedBytes()) for (const { key } of page) received.add(key)
  for await (const page of blobs.stored('quarantine'))
    unnamed.push(...page.filter(({ key, isOurs }) => isOurs && !received.has(key)).map(({ key }) => key))
  return unnamed
}
