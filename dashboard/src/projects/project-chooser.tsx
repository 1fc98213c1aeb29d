// Chooses a project by name: an input with a list below it, as ARIA's combobox pattern has it.
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { messageOf } from '../api/errors.ts'
import { useSession } from '../api/session.tsx'
import type { Project, ProjectPage } from '../api/wire.ts'

const MOST = '8'
const TYPING_MS = 180

interface ProjectChooserProps {
  label: string
  onChosen(project: Project): void
}

export function ProjectChooser({ label, onChosen }: ProjectChooserProps) {
  const id = useId()
  const [typed, setTyped] = useState('')
  const [isOpen, setIsOpen] = useState(false)
  const [active, setActive] = useState(0)
  const { projects, trouble } = useProjects(typed, isOpen)
  const choose = (project: Project | undefined) => {
    if (project === undefined) return
    setTyped('')
    setIsOpen(false)
    onChosen(project)
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      const step = event.key === 'ArrowDown' ? 1 : -1
      setActive(isOpen ? Math.max(0, Math.min(projects.length - 1, active + step)) : 0)
      setIsOpen(true)
    }
    if (event.key === 'Enter' && isOpen) {
      event.preventDefault()
      choose(projects[active])
    }
    if (event.key === 'Escape' && isOpen) {
      event.preventDefault() // it closes the list, not the panel
      event.stopPropagation()
      setIsOpen(false)
    }
  }
  const optionId = (index: number) => `${id}-${index}`
  const isListed = isOpen && projects.length > 0
  return (
    <div class="chooser">
      <input
        role="combobox"
        class="input"
        aria-label={label}
        aria-expanded={isListed}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={isListed ? optionId(active) : undefined}
        autocomplete="off"
        placeholder="Choose a project…"
        value={typed}
        maxLength={255}
        onInput={event => {
          setTyped(event.currentTarget.value)
          setActive(0)
          setIsOpen(true)
        }}
        onClick={() => setIsOpen(true)}
        onBlur={() => setIsOpen(false)}
        onKeyDown={onKeyDown}
      />
      <div id={`${id}-list`} role="listbox" aria-label={`${label}s`} class="options" hidden={!isListed}>
        {projects.map((project, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys
          // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus
          <div
            key={project.project_id}
            id={optionId(index)}
            role="option"
            aria-selected={index === active}
            onMouseDown={event => event.preventDefault()}
            onClick={() => choose(project)}
          >
            {project.name}
          </div>
        ))}
      </div>
      <p class="soft small" role="status">
        {trouble ||
          (isOpen && typed !== '' && projects.length === 0 ? 'No project has this in its name.' : '')}
      </p>
    </div>
  )
}

function useProjects(query: string, isWanted: boolean) {
  const { api, workspace } = useSession()
  const [projects, setProjects] = useState<Project[]>([])
  const [trouble, setTrouble] = useState('')
  const asked = useRef('')
  useEffect(() => {
    if (!isWanted) return
    const aborting = new AbortController()
    const wait = asked.current === query ? 0 : TYPING_MS
    asked.current = query
    const timer = setTimeout(() => {
      const wanted = { workspace_id: workspace.workspace_id, query, limit: MOST }
      api.get<ProjectPage>('/projects', wanted, aborting.signal).then(
        page => {
          setProjects(page.projects)
          setTrouble('')
        },
        error => !aborting.signal.aborted && setTrouble(messageOf(error)),
      )
    }, wait)
    return () => {
      clearTimeout(timer)
      aborting.abort()
    }
  }, [api, workspace, query, isWanted])
  return { projects, trouble }
}
