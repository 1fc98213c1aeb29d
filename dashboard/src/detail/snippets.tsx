// An asset's URL, ready to be put where it is used.
import { useRef, useState } from 'preact/hooks'
import type { Asset } from '../api/wire.ts'
import { endOf } from '../assets/media-url.ts'
import { Glyph } from '../parts/icons.tsx'
import { kindOf, momentSpoken, nameSpoken } from '../parts/spoken.ts'

const FORMS = ['URL', 'curl', 'JavaScript', 'HTML'] as const
type Form = (typeof FORMS)[number]

export function Snippets({ asset }: { asset: Asset }) {
  const [form, setForm] = useState<Form>('URL')
  const [copied, setCopied] = useState('')
  const text = useRef<HTMLPreElement>(null)
  const snippet = snippetOf(asset, form)
  const end = endOf(asset.url)
  return (
    <section class="part">
      <h3>Use it</h3>
      <div class="segments" role="radiogroup" aria-label="Form">
        {FORMS.map(option => (
          <label key={option} class="segment">
            <input
              type="radio"
              name="form"
              checked={option === form}
              onChange={() => {
                setForm(option)
                setCopied('')
              }}
            />
            <span>{option}</span>
          </label>
        ))}
      </div>
      <pre ref={text} class="snippet">
        <code>{snippet}</code>
      </pre>
      <p class="row">
        <button
          type="button"
          class="button"
          onClick={async () => setCopied(await copy(snippet, text.current))}
        >
          Copy
        </button>
        <span class="soft" role="status">
          {copied === 'Copied' && <Glyph sign="check" size={18} />} {copied}
        </span>
      </p>
      {end !== undefined && <p class="soft">This URL is good until {momentSpoken(end)}.</p>}
    </section>
  )
}

function snippetOf(asset: Asset, form: Form): string {
  const { url } = asset
  switch (form) {
    case 'URL':
      return url
    case 'curl':
      return `curl -O '${url}'`
    case 'JavaScript':
      return `const response = await fetch('${url}')\nconst file = await response.blob()`
    case 'HTML':
      return markupOf(asset)
  }
}

function markupOf({ url: plain, content_type, name, width, height }: Asset): string {
  const url = escaped(plain)
  const size = width !== null && height !== null ? ` width="${width}" height="${height}"` : ''
  const spoken = escaped(nameSpoken(name))
  switch (kindOf(content_type)) {
    case 'image':
      return `<img src="${url}" alt="${spoken}"${size}>`
    case 'video':
      return `<video src="${url}"${size} controls></video>`
    case 'audio':
      return `<audio src="${url}" controls></audio>`
    default:
      return `<a href="${url}">${spoken}</a>`
  }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** Without TLS a page has no clipboard: the text is then marked, to be copied by hand. */
async function copy(snippet: string, shown: HTMLElement | null): Promise<string> {
  try {
    await navigator.clipboard.writeText(snippet)
    return 'Copied'
  } catch {
    if (shown) getSelection()?.selectAllChildren(shown)
    return 'Marked: copy it with the keyboard'
  }
}
