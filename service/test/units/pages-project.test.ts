// The page at a project's canvas_url tells a stranger nothing but how to ask with a key.
import { expect, test } from 'vitest'
import { projectPage } from '../../src/http/pages/project.ts'

const apiBase = 'https://media.example.com/api/v1'

test('the page names the project it was asked for, the call that reads it, and the reference', () => {
  const page = projectPage({ projectId: 'prj_1', apiBase })
  expect(page).toContain('<code>prj_1</code>')
  expect(page).toContain('https://media.example.com/api/v1/projects/prj_1/nodes')
  expect(page).toContain('href="/docs"')
})

test('a hostile id becomes neither markup nor a command', () => {
  const page = projectPage({ projectId: `prj_</code><script>'; rm -rf /; '`, apiBase })
  expect(page).not.toContain('<script')
  expect(page).toContain('prj_&lt;/code&gt;&lt;script&gt;')
  expect(page).toContain('prj_%3C%2Fcode%3E%3Cscript%3E%27%3B%20rm%20-rf%20%2F%3B%20%27/nodes&#39;')
})

test('the page loads nothing from anywhere', () => {
  const page = projectPage({ projectId: 'prj_1', apiBase })
  expect(page).not.toMatch(/<script|<link|<img|src=|url\(|@import/)
})
