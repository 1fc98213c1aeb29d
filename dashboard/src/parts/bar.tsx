// The bar on top: where one can go, and who is here.
import { placeOf, root } from '../address.ts'
import { useSession } from '../api/session.tsx'
import { ChooseFiles } from '../uploads/choose-files.tsx'
import { forgetUploads } from '../uploads/kept.ts'
import { Glyph, Sprig } from './icons.tsx'
import { ThemeSwitch } from './theme.tsx'

export function Bar({ address }: { address: URL }) {
  const { workspace, signOut } = useSession()
  const { page } = placeOf(address)
  const leave = () => {
    signOut()
    forgetUploads()
  }
  return (
    <header class="bar">
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <a class="brand" href={`${root}/`} aria-label="Herbarium">
        <Sprig size={26} /> <span>Herbarium</span>
      </a>
      <nav class="places" aria-label="Pages">
        <a href={`${root}/`} aria-current={page === 'assets' ? 'page' : undefined}>
          Assets
        </a>
        <a
          href={`${root}/projects`}
          aria-current={page === 'projects' || page === 'canvas' ? 'page' : undefined}
        >
          Projects
        </a>
        <a class="spare" href={`${root}/docs`}>
          API
        </a>
      </nav>
      <span class="workspace" title="Workspace">
        {workspace.name}
      </span>
      <ChooseFiles />
      <ThemeSwitch />
      <button type="button" class="button quiet square" onClick={leave} title="Sign out">
        <Glyph sign="out" />
        <span class="unseen">Sign out</span>
      </button>
    </header>
  )
}
