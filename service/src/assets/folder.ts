// The folder an asset is filed in: a label with slashes, never a path on a disk.
import { invalidField } from '../ground/errors.ts'

const MAX_CHARACTERS = 512
const MAX_LEVELS = 10

/** `/a//b/` → `a/b`; `''` is the top. Throws a refusal on `folder`. */
export function folder(text: string): string {
  if (/\p{Cc}|\p{Cs}|\\/u.test(text))
    throw invalidField('folder', 'must not contain control characters, backslashes or lone surrogates')
  const levels = text
    .normalize('NFC')
    .split('/')
    .map(level => level.trim())
    .filter(level => level !== '')
  if (levels.some(level => level === '.' || level === '..'))
    throw invalidField('folder', 'must not contain "." or ".." as a level')
  if (levels.length > MAX_LEVELS) throw invalidField('folder', `must have at most ${MAX_LEVELS} levels`)
  const normalised = levels.join('/')
  if ([...normalised].length > MAX_CHARACTERS)
    throw invalidField('folder', `must have at most ${MAX_CHARACTERS} characters`)
  return normalised
}
