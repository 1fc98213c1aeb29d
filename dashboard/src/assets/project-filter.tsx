// The filter by project: the ones worked on last, and the one that was named.
import { useEffect, useState } from 'preact/hooks'
import { useSession } from '../api/session.tsx'
import type { Project, ProjectPage } from '../api/wire.ts'
import { ChosenFilter } from './filter-fields.tsx'

const MOST = '100'

interface ProjectFilterProps {
  value: string
  onValue(projectId: string): void
}

export function ProjectFilter({ value, onValue }: ProjectFilterProps) {
  const { api, workspace } = useSession()
  const [projects, setProjects] = useState<Project[]>([])
  useEffect(() => {
    const aborting = new AbortController()
    const asked = { workspace_id: workspace.workspace_id, limit: MOST }
    api.get<ProjectPage>('/projects', asked, aborting.signal).then(
      page => setProjects(page.projects),
      () => undefined, // the grid says what is wrong
    )
    return () => aborting.abort()
  }, [api, workspace])
  useEffect(() => {
    if (value === '' || projects.length === 0 || projects.some(({ project_id }) => project_id === value))
      return
    const aborting = new AbortController()
    api.get<Project>(`/projects/${encodeURIComponent(value)}`, {}, aborting.signal).then(
      project => setProjects(known => [...known, project]),
      () => undefined,
    )
    return () => aborting.abort()
  }, [api, value, projects])
  const names = projects.map(({ project_id, name }) => [project_id, name])
  const options = { '': 'All projects', ...Object.fromEntries(names) }
  return <ChosenFilter label="Project" options={options} value={value} onValue={onValue} />
}
