// Reads videos: MP4 and QuickTime, which are one family, and WebM.
import { checkSegment } from './ebml.ts'
import { checkBoxes } from './iso-boxes.ts'
import { checkTables } from './iso-tables.ts'
import type { Look } from './look.ts'
import { readTracks } from './tracks.ts'

export async function readMp4({ file }: Look) {
  await checkBoxes(file)
  await checkTables(file)
  return readTracks(file, ({ MP4, QTFF }) => [MP4, QTFF])
}

/** Throws `FaultyFile` for Matroska that does not call itself WebM too. */
export async function readWebm({ file }: Look) {
  await checkSegment(file)
  return readTracks(file, ({ WEBM }) => [WEBM])
}
