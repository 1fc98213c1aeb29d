// What is done to small files by the group, as the two ends of the thread say it.
import type { FilePlace } from '../file-writer.ts'

export type FileTask =
  /** Written whole and synced under its temporary name, then given the other. */
  | { kind: 'put'; place: FilePlace; bytes: Uint8Array }
  /** Given a second name. */
  | { kind: 'link'; from: string; to: string }
  | { kind: 'unlink'; file: string }

/** Null for what is done, durably; else what the system said. */
export type FileOutcome = { code: string; message: string } | null
