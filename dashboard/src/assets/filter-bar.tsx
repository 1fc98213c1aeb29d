// Search and filters: each of them stands in the URL.
import { go, hrefWith, type View } from '../address.ts'
import { Glyph } from '../parts/icons.tsx'
import { ChosenFilter, TypedFilter } from './filter-fields.tsx'
import { ProjectFilter } from './project-filter.tsx'

interface FilterBarProps {
  address: URL
  view: View
  /** Folders that have been seen. */
  folders: string[]
}

const TYPES = { '': 'All types', image: 'Images', video: 'Videos', audio: 'Audio', pdf: 'PDF' }
const STATUSES = { '': 'Any status', ready: 'Ready', pending_upload: 'Waiting for file', failed: 'Failed' }

export function FilterBar({ address, view, folders }: FilterBarProps) {
  const set = (changed: Partial<View>) => {
    go(hrefWith(new URL(location.href), changed), { replaces: true })
    scrollTo(0, 0) // it is another list
  }
  const isFiltered = [view.query, view.type, view.status, view.project, view.folder].some(said => said !== '')
  return (
    <search class="filters">
      <TypedFilter
        label="Search by name"
        kind="search"
        value={view.query}
        onValue={query => set({ query })}
      />
      <ChosenFilter label="Type" options={TYPES} value={view.type} onValue={type => set({ type })} />
      <ChosenFilter
        label="Status"
        options={STATUSES}
        value={view.status}
        onValue={status => set({ status })}
      />
      <ProjectFilter value={view.project} onValue={project => set({ project })} />
      <TypedFilter
        label="Folder"
        kind="text"
        value={view.folder}
        options={folders}
        onValue={folder => set({ folder })}
      />
      {isFiltered && (
        <a class="button quiet clear" href={address.pathname}>
          <Glyph sign="close" size={18} /> Clear
        </a>
      )}
    </search>
  )
}
