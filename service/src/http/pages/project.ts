// The page at a project's canvas_url: it says what the address is for, and nothing about the project.
import { html } from './html.ts'
import { shell } from './shell.ts'

/**
 * Anyone may open this page, so it says the same of every id, whether or not there is such a project.
 * `apiBase` is the absolute address of the API.
 */
export function projectPage({ projectId, apiBase }: { projectId: string; apiBase: string }): string {
  const address = `${apiBase.replace(/\/+$/, '')}/projects/${encodeURIComponent(projectId)}/nodes`
  // encodeURIComponent lets a single quote through, and that would end the shell's quotes.
  const command = `curl \\\n  '${address.replaceAll("'", '%27')}' \\\n  -H "Authorization: Bearer $FLORA_API_KEY"`
  return shell({
    title: 'Project canvas',
    brand: 'Herbarium',
    content: html`<main id="content" class="card">
<h1>Project canvas</h1>
<p class="project-id"><code>${projectId}</code></p>
<p>This is the address of a project’s canvas. What lies on it is read through the API, with an API key
of the project’s workspace:</p>
<pre class="curl"><code>${command}</code></pre>
<p>The answer lists the project’s nodes: its images, videos, sounds and texts, each with its URL.</p>
<p><a href="/docs">Read the API reference</a></p>
</main>`,
  })
}
