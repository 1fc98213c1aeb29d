// The page at /docs: the whole API as its OpenAPI document states it, on one page that loads nothing.
import { createAddressOf } from './curl.ts'
import { prose } from './fields.ts'
import { type Html, html } from './html.ts'
import type { OpenApiDocument } from './openapi.ts'
import { badge, type OperationView, operationArticle } from './operation-view.ts'
import { type Section, sectionsOf } from './operations.ts'
import { errorsAnchor, errorsSection, findEnvelope } from './responses.ts'
import { createResolve } from './schemas.ts'
import { shell } from './shell.ts'

const authenticationAnchor = 'authentication'

/** `apiBase` is the absolute address of the API, such as `https://media.example.com/api/v1`. */
export function referencePage(document: OpenApiDocument, options: { apiBase: string }): string {
  const resolve = createResolve(document)
  const addressOf = createAddressOf(options.apiBase, Object.keys(document.paths ?? {}))
  const view = { resolve, addressOf, envelope: findEnvelope(document, resolve) }
  const sections = sectionsOf(document)
  const { title, version } = document.info
  return shell({
    title,
    brand: title,
    aside: html`<span class="version">${version}</span>`,
    content: html`<div class="layout">
${navigation(sections, view)}
<main id="content">
${introduction(document, options.apiBase)}
${authentication(document)}
${errorsSection(view)}
${sections.map(section => tagSection(section, view))}
</main>
</div>`,
  })
}

function navigation(sections: Section[], view: OperationView): Html {
  const lists = sections.map(
    section => html`<p><a href="#${section.anchor}">${section.name}</a></p>
<ul>${section.entries.map(
      ({ anchor, method, title }) =>
        html`<li><a href="#${anchor}">${badge(method)} <span>${title}</span></a></li>`,
    )}</ul>`,
  )
  return html`<nav aria-label="Operations"><details><summary>Contents</summary>
<p><a href="#${authenticationAnchor}">Authentication</a></p>
${view.envelope && html`<p><a href="#${errorsAnchor}">Errors</a></p>`}
${lists}
</details></nav>`
}

function introduction({ info }: OpenApiDocument, apiBase: string): Html {
  return html`<section class="intro">
<h1>${info.title}</h1>
${prose(info.description)}
<p>Base URL: <code>${apiBase}</code></p>
</section>`
}

function authentication({ components }: OpenApiDocument): Html {
  const schemes = Object.values(components?.securitySchemes ?? {})
  return html`<section class="intro" aria-labelledby="${authenticationAnchor}">
<h2 id="${authenticationAnchor}"><a href="#${authenticationAnchor}">Authentication</a></h2>
<p>Send your API key in the header <code>Authorization: Bearer sk_live_XXXX</code>. The examples on this page
read it from the environment; set it once in your shell:</p>
<pre class="curl"><code>export FLORA_API_KEY='sk_live_XXXX'</code></pre>
${schemes.map(scheme => prose(scheme.description))}
</section>`
}

function tagSection(section: Section, view: OperationView): Html {
  return html`<section class="tag" aria-labelledby="${section.anchor}">
<h2 id="${section.anchor}"><a href="#${section.anchor}">${section.name}</a></h2>
${prose(section.description)}
${section.entries.map(entry => operationArticle(entry, view))}
</section>`
}
