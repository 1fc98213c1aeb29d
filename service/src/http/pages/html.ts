// Writes HTML in which every value is escaped, unless it was itself written here.

// A symbol, because a value that came in as JSON can never carry one and so can never pass for markup.
const markup = Symbol('markup')

/** Markup that is safe to place inside other markup. */
export interface Html {
  readonly [markup]: string
}

/** What may stand in a template: `false` and `undefined` leave nothing behind, a list is joined. */
export type Piece = Html | string | number | false | undefined | readonly Piece[]

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Makes any text safe between tags and inside a quoted attribute. */
export const escapeHtml = (text: string) => text.replace(/[&<>"']/g, sign => entities[sign] ?? '')

/** Builds markup from a template. Attributes in the template must be quoted. */
export function html(strings: TemplateStringsArray, ...pieces: Piece[]): Html {
  const text = strings.map((string, index) => string + write(pieces[index])).join('')
  return { [markup]: text }
}

/** Declares a text of our own to be markup; never for a value that came from outside. */
export const trusted = (text: string): Html => ({ [markup]: text })

export const toText = (page: Html) => page[markup]

function write(piece: Piece): string {
  if (piece === undefined || piece === false) return ''
  if (typeof piece === 'string') return escapeHtml(piece)
  if (typeof piece === 'number') return String(piece)
  if (isList(piece)) return piece.map(write).join('')
  return piece[markup]
}

const isList = (piece: Html | readonly Piece[]): piece is readonly Piece[] => Array.isArray(piece)
