// The name a client gives a file: shown and searched, never used as a path.
import { invalidField } from '../ground/errors.ts'

const MAX_BYTES = 255
const FORBIDDEN: readonly [RegExp, string][] = [
  [/\p{Cc}/u, 'must not contain control characters'],
  [/\p{Cs}/u, 'must not contain lone surrogates: send well-formed Unicode'],
  [/[/\\]/, 'must be a name without slashes or backslashes: name a folder with "folder"'],
  [
    /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/,
    'must not contain marks that change the direction of text',
  ],
  [/^\.{1,2}$/, 'must not be "." or ".."'],
]

/** The name in Unicode NFC; throws a refusal on `file_name` for one that could mislead or harm. */
export function fileName(text: string): string {
  if (text.trim() === '') throw invalidField('file_name', 'must not be empty: leave it out instead')
  for (const [pattern, message] of FORBIDDEN) if (pattern.test(text)) throw invalidField('file_name', message)
  const name = text.normalize('NFC')
  if (Buffer.byteLength(name) > MAX_BYTES)
    throw invalidField('file_name', `must have at most ${MAX_BYTES} bytes in UTF-8`)
  return name
}
