// The names that people give to workspaces, projects and keys.
import { invalidField } from './errors.ts'

const MAX_CHARACTERS = 200

/** The name, trimmed; throws a refusal on `field` when it is empty, too long or has control characters. */
export function label(field: string, name: string): string {
  const trimmed = name.trim()
  if (trimmed === '') throw invalidField(field, 'must not be empty')
  if ([...trimmed].length > MAX_CHARACTERS)
    throw invalidField(field, `must have at most ${MAX_CHARACTERS} characters`)
  if (/\p{Cc}|\p{Cs}/u.test(trimmed))
    throw invalidField(field, 'must not contain control characters or lone surrogates')
  return trimmed
}
