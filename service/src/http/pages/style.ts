// The look of all pages: paper, ink and one green, in the fonts the reader's system has.

const colours = `
:root {
  color-scheme: light dark;
  --paper: #fbfcf9; --wash: #f0f4ed; --ink: #1b231e; --soft: #55625a; --rule: #dbe3d9;
  --leaf: #27663f; --leaf-wash: #e3efe4;
  --sky: #1d5a84; --sky-wash: #e2edf5; --ochre: #7d5106; --ochre-wash: #f6ecd6;
  --plum: #6b4389; --plum-wash: #efe6f5; --rust: #9b332b; --rust-wash: #f8e5e2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #121713; --wash: #1b221d; --ink: #e2e8e1; --soft: #9eaca2; --rule: #2b352e;
    --leaf: #8fd0a6; --leaf-wash: #1e3526;
    --sky: #8dc2e8; --sky-wash: #1a2e3d; --ochre: #e0b869; --ochre-wash: #372c14;
    --plum: #c9a6e3; --plum-wash: #30233c; --rust: #eb9d93; --rust-wash: #3d211e;
  }
}`

const text = `
*, *::before, *::after { box-sizing: border-box; }
html { scroll-padding-top: 1.5rem; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
h1, h2, h3, .brand {
  font-family: ui-serif, "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, "Liberation Serif", serif;
  font-weight: 600; line-height: 1.2; text-wrap: balance;
}
h1 { font-size: 2.5rem; letter-spacing: -0.015em; margin: 0 0 1rem; }
h2 { font-size: 1.75rem; margin: 0 0 0.75rem; }
h3 { font-size: 1.375rem; margin: 0 0 0.5rem; }
h4 { font-size: 0.9375rem; font-weight: 600; margin: 1.75rem 0 0.25rem; }
p { margin: 0 0 0.75rem; max-width: 42rem; }
a { color: var(--leaf); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
:is(h2, h3) a { color: inherit; text-decoration: none; }
:is(h2, h3) a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--leaf); outline-offset: 3px; border-radius: 3px; }
:target { color: var(--leaf); }
code, pre, .method, .status {
  font-family: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
}
code { font-size: 0.875em; }
pre {
  margin: 0 0 0.75rem; padding: 0.875rem 1rem; border-radius: 8px; background: var(--wash);
  line-height: 1.55; font-size: 0.9375rem; white-space: pre-wrap;
}
summary { cursor: pointer; }
figure { margin: 0 0 1rem; }
`

const frame = `
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; z-index: 2; padding: 0.5rem 1rem; background: var(--paper); }
.bar {
  display: flex; align-items: center; justify-content: space-between; gap: 1rem;
  padding: 0.875rem clamp(1rem, 3vw, 2rem); border-bottom: 1px solid var(--rule);
}
.brand {
  display: inline-flex; align-items: center; gap: 0.5rem;
  color: var(--ink); font-size: 1.125rem; text-decoration: none;
}
.sprig { color: var(--leaf); flex: none; }
.version { color: var(--soft); font-size: 0.875rem; }
`

const reference = `
main { min-width: 0; }
.layout > main { padding: 1.5rem clamp(1rem, 3vw, 2.5rem) 5rem; }
.intro { margin-bottom: 3rem; max-width: 48rem; }
.tag { margin-top: 4rem; }
.operation { padding: 2.25rem 0; border-top: 1px solid var(--rule); }
.route { display: flex; align-items: baseline; gap: 0.625rem; }
.route code em { font-style: normal; color: var(--leaf); }
.method {
  flex: none; padding: 0.125rem 0.4rem; border-radius: 5px; font-size: 0.75rem; font-weight: 700;
  letter-spacing: 0.03em; background: var(--wash); color: var(--soft);
}
.method.get, .status.fine { background: var(--leaf-wash); color: var(--leaf); }
.method.post { background: var(--sky-wash); color: var(--sky); }
.method.put { background: var(--ochre-wash); color: var(--ochre); }
.method.patch { background: var(--plum-wash); color: var(--plum); }
.method.delete, .status.refused { background: var(--rust-wash); color: var(--rust); }
.note { color: var(--ochre); font-size: 0.9375rem; }
.fields { margin: 0; font-size: 0.9375rem; }
.fields > div { padding: 0.75rem 0; border-top: 1px solid var(--rule); }
.fields > div:first-child { border-top: 0; }
.fields dt code { font-weight: 600; font-size: 0.875rem; }
.fields dd { margin: 0; min-width: 0; }
.fields dd p { margin: 0 0 0.25rem; }
.type, .values, .kind { color: var(--soft); font-size: 0.875rem; }
.fields .type b { font-weight: 500; color: var(--leaf); }
.type i { font-style: normal; }
.values code, .type code { color: var(--ink); }
.required, .optional { font-size: 0.8125rem; font-weight: 400; color: var(--soft); }
.required { color: var(--rust); }
.inside summary { color: var(--leaf); font-size: 0.875rem; }
.inside > details > :is(.fields, .alternative), .alternative > .fields {
  margin: 0.375rem 0 0 0.25rem; padding-left: 0.875rem; border-left: 2px solid var(--rule);
}
.alternative-name, .kind b { font-weight: 600; color: var(--ink); }
.form { padding: 0.75rem 0 0; }
.form + .form { margin-top: 0.75rem; border-top: 1px solid var(--rule); }
.kind { margin: 0.5rem 0 0.25rem; }
.status { padding: 0.125rem 0.4rem; margin-right: 0.375rem; border-radius: 5px; font-size: 0.8125rem; }
.response { margin: 0; padding: 0.5rem 0; border-top: 1px solid var(--rule); font-size: 0.9375rem; max-width: none; }
.response:first-child { border-top: 0; }
.response[open] > summary { margin-bottom: 0.5rem; }
.curl code { user-select: all; -webkit-user-select: all; }

.curl { word-break: break-all; }
.calls code { font-size: 0.78125rem; }
figcaption { margin-bottom: 0.375rem; color: var(--soft); font-size: 0.875rem; }
`

const navigation = `
nav { font-size: 0.9375rem; }
nav summary { padding: 0.75rem clamp(1rem, 3vw, 2rem); font-weight: 600; border-bottom: 1px solid var(--rule); }
nav p, nav ul { margin: 0; padding: 0 clamp(1rem, 3vw, 2rem); list-style: none; }
nav p { margin-top: 0.75rem; font-weight: 600; }
nav a { color: var(--ink); text-decoration: none; }
nav a:hover { color: var(--leaf); text-decoration: underline; }
nav li a { display: flex; align-items: baseline; gap: 0.5rem; padding: 0.25rem 0; }
nav .method { min-width: 3.25rem; padding-inline: 0; text-align: center; font-size: 0.6875rem; }
nav details[open] { padding-bottom: 1rem; border-bottom: 1px solid var(--rule); }
`

const wide = `
@media (min-width: 48rem) {
  .fields > div { display: grid; grid-template-columns: minmax(9rem, 30%) minmax(0, 1fr); gap: 0.25rem 1.25rem; }
  .fields > div > .inside { grid-column: 1 / -1; }
  .fields dt :is(.required, .optional) { display: block; }
}
@media (min-width: 62rem) {
  .layout { display: grid; grid-template-columns: 17rem minmax(0, 1fr); }
  nav { border-right: 1px solid var(--rule); }
  nav details { position: sticky; top: 0; max-height: 100vh; overflow-y: auto; padding: 1rem 0 2rem; }
  nav details[open] { border-bottom: 0; padding-bottom: 2rem; }
  /* Beside the text the contents are always open; a browser that cannot do this keeps the summary. */
  @supports selector(::details-content) {
    nav summary { display: none; }
    nav details::details-content { content-visibility: visible; display: block; }
  }
}
@media (min-width: 75rem) {
  .layout > main { max-width: 78rem; padding-top: 2.5rem; }
  .operation { display: grid; grid-template-columns: minmax(0, 1fr) 24rem; gap: 0 2.5rem; }
  .operation > header { grid-column: 1 / -1; }
  .calls { grid-column: 2; grid-row: 2; position: sticky; top: 1.5rem; align-self: start; }
  .facts { grid-column: 1; grid-row: 2; }
  .facts > h4:first-child { margin-top: 0.25rem; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print { nav, .skip { display: none; } }
`

export const style = colours + text + frame + reference + navigation + wide
