// The page: the way in, and behind it the bar, the place the URL names, and the uploads over it.
import { useEffect } from 'preact/hooks'
import { placeOf, root, useAddress } from './address.ts'
import { type Entry, type Session, SessionContext, useEntry } from './api/session.tsx'
import { AssetsPage } from './assets/assets-page.tsx'
import { LiveProvider } from './live/live.tsx'
import { Bar } from './parts/bar.tsx'
import { SignIn } from './parts/sign-in.tsx'
import { Empty, Trouble, Waiting } from './parts/states.tsx'
import { CanvasPage } from './projects/canvas-page.tsx'
import { ProjectsPage } from './projects/projects-page.tsx'
import { DropZone } from './uploads/drop-zone.tsx'
import { Tray } from './uploads/tray.tsx'
import { UploadsProvider } from './uploads/uploads.tsx'

export function App() {
  const address = useAddress()
  const { entry, signIn } = useEntry()
  useTitle(entry, address)
  switch (entry.state) {
    case 'out':
      return <SignIn reason={entry.reason} isChecking={false} onKey={signIn} />
    case 'checking':
      return <SignIn isChecking onKey={signIn} />
    case 'away':
      return (
        <main class="page">
          <Trouble error={new Error(entry.message)} again={entry.again} />
        </main>
      )
    case 'in':
      return <SignedIn session={entry.session} address={address} />
  }
}

function SignedIn({ session, address }: { session: Session; address: URL }) {
  return (
    <SessionContext.Provider value={session}>
      <LiveProvider>
        <UploadsProvider>
          <Bar address={address} />
          {session.waitSeconds > 0 && <Waiting seconds={session.waitSeconds} />}
          <PlaceOf address={address} />
          <Tray address={address} />
          <DropZone />
        </UploadsProvider>
      </LiveProvider>
    </SessionContext.Provider>
  )
}

function PlaceOf({ address }: { address: URL }) {
  const place = placeOf(address)
  switch (place.page) {
    case 'assets':
      return <AssetsPage address={address} />
    case 'projects':
      return <ProjectsPage />
    case 'canvas':
      return <CanvasPage key={place.projectId} projectId={place.projectId} address={address} />
    case 'nowhere':
      return (
        <main id="content" class="page">
          <Empty title="Nothing is here">
            <a class="button" href={`${root}/`}>
              All assets
            </a>
          </Empty>
        </main>
      )
  }
}

const TITLES = { assets: 'Assets', projects: 'Projects', canvas: 'Canvas', nowhere: 'Not here' }

function useTitle({ state }: Entry, address: URL): void {
  const title = state === 'in' ? TITLES[placeOf(address).page] : 'Sign in'
  useEffect(() => {
    document.title = `${title} · Herbarium`
  }, [title])
}
