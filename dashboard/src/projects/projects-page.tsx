// The page at /projects: the workspace's projects, last used first, and a new one.
import { useEffect, useRef, useState } from 'preact/hooks'
import { canvasHref, go } from '../address.ts'
import { messageOf } from '../api/errors.ts'
import { useSession } from '../api/session.tsx'
import type { Project, ProjectPage } from '../api/wire.ts'
import { usePagedList } from '../assets/paged-list.ts'
import { Glyph } from '../parts/icons.tsx'
import { MoreWhenSeen } from '../parts/more-when-seen.tsx'
import { daySpoken } from '../parts/spoken.ts'
import { Empty, Trouble } from '../parts/states.tsx'

const PAGE_SIZE = '50'

export function ProjectsPage() {
  const { api, workspace } = useSession()
  const [query, setQuery] = useState('')
  const list = usePagedList<Project>({
    key: query,
    idOf: project => project.project_id,
    fetchPage: async (cursor, signal) => {
      const asked = { workspace_id: workspace.workspace_id, query, limit: PAGE_SIZE, cursor }
      const { projects, meta } = await api.get<ProjectPage>('/projects', asked, signal)
      return { items: projects, meta }
    },
  })
  const isEmpty = list.items.length === 0 && !list.isLoading && list.error === undefined
  return (
    <main id="content" class="page narrow">
      <div class="page-head">
        <h1>Projects</h1>
        <search>
          <label class="filter search">
            <span class="unseen">Search projects</span>
            <Glyph sign="search" size={18} />
            <input
              type="search"
              placeholder="Search projects"
              value={query}
              maxLength={255}
              onInput={event => setQuery(event.currentTarget.value)}
            />
          </label>
        </search>
      </div>
      <NewProject />
      {isEmpty ? (
        <Empty title={query === '' ? 'No projects yet' : 'Nothing matches'}>
          <p>
            {query === '' ? 'A project is a canvas: give the first one a name.' : 'No project has this name.'}
          </p>
        </Empty>
      ) : (
        <ul class="projects" aria-busy={list.isLoading}>
          {list.items.map(project => (
            <li key={project.project_id}>
              <a class="project" href={canvasHref(project.project_id)}>
                <span class="project-name">{project.name}</span>
                <span class="soft small">
                  {project.last_modified === null
                    ? `Made ${daySpoken(project.created_at)}`
                    : `Changed ${daySpoken(project.last_modified)}`}
                </span>
                <Glyph sign="next" />
              </a>
            </li>
          ))}
          {list.isFirst && list.error === undefined && <Ghosts />}
        </ul>
      )}
      {list.error !== undefined && <Trouble error={list.error} again={list.more} />}
      <MoreWhenSeen list={list} />
    </main>
  )
}

const Ghosts = () => (
  <>
    {[1, 2, 3].map(n => (
      <li key={n} class="project ghost" aria-hidden="true">
        <span class="line" />
      </li>
    ))}
  </>
)

function NewProject() {
  const { api, workspace } = useSession()
  const [isBusy, setIsBusy] = useState(false)
  const [trouble, setTrouble] = useState('')
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (trouble !== '') field.current?.focus()
  }, [trouble])
  async function create(event: Event) {
    event.preventDefault()
    const name = field.current?.value.trim() ?? ''
    if (name === '') return setTrouble('Give the project a name.')
    setIsBusy(true)
    try {
      const asked = { workspace_id: workspace.workspace_id, name }
      const project = await api.post<Project>('/projects', asked)
      go(canvasHref(project.project_id))
    } catch (error) {
      setTrouble(messageOf(error))
      setIsBusy(false)
    }
  }
  return (
    <form class="new-project" onSubmit={create}>
      <input
        ref={field}
        class="input"
        aria-label="Name of a new project"
        aria-describedby="project-complaint"
        placeholder="A new project’s name"
        autocomplete="off"
        onInput={() => setTrouble('')}
      />
      <button type="submit" class="button" disabled={isBusy}>
        <Glyph sign="add" size={18} /> Create
      </button>
      <p id="project-complaint" class="complaint" role="alert">
        {trouble}
      </p>
    </form>
  )
}
