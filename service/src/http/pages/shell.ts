// The frame that all pages share: head, style, the bar on top, and a way past the navigation.
import { type Html, html, toText, trusted } from './html.ts'
import { style } from './style.ts'

export interface Shell {
  title: string
  brand: string
  /** Stands on the right of the bar on top. */
  aside?: Html
  /** Must hold the page's `<main id="content">`. */
  content: Html
}

/** A whole document that loads nothing: no script, no font, no image. */
export function shell({ title, brand, aside, content }: Shell): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="bar"><a class="brand" href="/docs">${sprig} ${brand}</a>${aside}</header>
${content}
</body>
</html>
`
  return toText(page)
}

const sprig = html`<svg class="sprig" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
<path d="M12 22.5V8.5" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/>
<path d="M12 9.5c-2.9-2.2-2.9-5.6 0-8 2.9 2.4 2.9 5.8 0 8z" fill="currentColor"/>
<path d="M12 15.2c-.4-3.4-2.9-5.3-6.8-5 .3 3.7 2.9 5.6 6.8 5z" fill="currentColor"/>
<path d="M12 15.2c.4-3.4 2.9-5.3 6.8-5-.3 3.7-2.9 5.6-6.8 5z" fill="currentColor"/>
<path d="M12 20.5c-.3-2.7-2.3-4.2-5.4-4 .2 3 2.3 4.5 5.4 4z" fill="currentColor"/>
<path d="M12 20.5c.3-2.7 2.3-4.2 5.4-4-.2 3-2.3 4.5-5.4 4z" fill="currentColor"/>
</svg>`
