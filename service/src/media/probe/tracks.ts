// Reads the tracks of a video or sound: what they hold, how long they last, and whether their ends are in the file.
import type { InputAudioTrack, InputFormat, InputTrack, InputVideoTrack } from 'mediabunny'
import type { Bytes } from '../bytes.ts'
import { endsEarly, unreadable } from '../faulty-file.ts'
import { codecName } from './codec-name.ts'

/** A reader that asks for the same bytes so often in a row has lost its way. */
const MAX_REPEATS = 1000

type MediaTrack = InputVideoTrack | InputAudioTrack

/**
 * The facts of a file whose container is one of `formats`. Throws `FaultyFile` unless a track can be read and
 * every track's last packet lies within the file.
 */
export async function readTracks(file: Bytes, formats: (library: Library) => InputFormat[]) {
  const library = await import('mediabunny')
  const source = new library.CustomSource({
    getSize: () => file.size,
    read: reading(file),
    // Its cache would hide from us a reader that goes in circles.
    maxCacheSize: 0,
    prefetchProfile: 'none',
  })
  const input = new library.Input({ source, formats: formats(library) })
  try {
    const tracks = (await input.getTracks()).filter(isMediaTrack)
    const lasting = await readableTracks(tracks, library)
    if (lasting.length === 0) throw unreadable('holds no track that can be read')
    return await factsOf(lasting)
  } finally {
    input.dispose()
  }
}

type Library = typeof import('mediabunny')

/** Not the library's own reading of files: that would follow a file's word to other files. */
function reading(file: Bytes): (start: number, end: number) => Promise<Uint8Array> {
  let last = -1
  let repeats = 0
  return (start, end) => {
    repeats = start === last ? repeats + 1 : 0
    last = start
    if (repeats > MAX_REPEATS) throw unreadable('has damaged parts that no reader gets past')
    return file.at(start, end - start)
  }
}

const isMediaTrack = (track: InputTrack): track is MediaTrack => track.isVideoTrack() || track.isAudioTrack()

interface Lasting {
  track: MediaTrack
  /** Seconds, to the end of the last packet. */
  end: number
}

/** The tracks that hold anything. */
async function readableTracks(tracks: MediaTrack[], library: Library): Promise<Lasting[]> {
  const readable: Lasting[] = []
  for (const track of tracks) {
    const packets = new library.EncodedPacketSink(track)
    if ((await packets.getFirstPacket({ metadataOnly: true })) === null) continue
    const first = await packets.getFirstPacket()
    const last = await packets.getPacket(Number.POSITIVE_INFINITY)
    if (first === null || last === null) throw endsEarly()
    readable.push({ track, end: last.timestamp + last.duration })
  }
  return readable
}

async function factsOf(lasting: Lasting[]) {
  const tracks = lasting.map(({ track }) => track)
  const video = tracks.find(track => track.isVideoTrack())
  const audio = tracks.find(track => track.isAudioTrack())
  let durationSeconds = 0
  // What the file says of its length may be left over from the one it was made of.
  for (const { track, end } of lasting)
    durationSeconds = Math.max(durationSeconds, end, (await track.getDurationFromMetadata()) ?? 0)
  return {
    durationSeconds: Math.round(durationSeconds * 1000) / 1000,
    // As a player shows it: turned upright, with square pixels.
    width: video === undefined ? null : Math.round(await video.getDisplayWidth()),
    height: video === undefined ? null : Math.round(await video.getDisplayHeight()),
    hasAlpha: video === undefined ? null : await video.canBeTransparent(),
    videoCodec: video === undefined ? null : await codecName(video),
    audioCodec: audio === undefined ? null : await codecName(audio),
  }
}
