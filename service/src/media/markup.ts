// Names SVG, HTML and XML, so that their refusal can say what came under an image's name.

/** Elements that browsers take for the start of a page (WHATWG MIME Sniffing, 7.1), and a few as telling. */
const htmlElements = new Set(
  'html head body script iframe style title meta link base h1 div span font table form a b br p img'.split(
    ' ',
  ),
)

/** Whether `<` may follow nothing but white space, which need not be ASCII: most files say no by their first byte. */
function mayBeginAsText(head: Uint8Array): boolean {
  const first = head.find(byte => byte > 0x20)
  return first === 0x3c || (first !== undefined && first >= 0x80)
}

/** A name for a head that begins with a tag: a best guess, which is enough because none of these is accepted. */
export function markupType(head: Uint8Array): string | undefined {
  if (!mayBeginAsText(head)) return undefined
  const text = new TextDecoder().decode(head.subarray(0, 4096)).trimStart().toLowerCase()
  if (!text.startsWith('<')) return undefined
  const markup = text.replace(/<!--.*?(-->|$)/gs, '')
  const root = /<(?:!doctype\s+)?(?:[\w-]+:)?([a-z][a-z0-9]*)/.exec(markup)?.[1] ?? ''
  if (root === 'svg') return 'image/svg+xml'
  if (htmlElements.has(root)) return 'text/html'
  return text.startsWith('<?xml') ? 'application/xml' : undefined
}
