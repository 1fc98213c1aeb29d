// Search and filters: each of them stands in the URL.
import { useEffect, useRef, useState } from 'preact/hooks'
import { go, hrefWith, type View } from '../address.ts'
import { Glyph } from '../parts/icons.tsx'
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
  const set = (changed: Partial<View>) => go(hrefWith(new URL(location.href), changed), { replaces: true })
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

interface ChosenFilterProps {
  label: string
  options: Record<string, string>
  value: string
  onValue(value: string): void
}

export function ChosenFilter({ label, options, value, onValue }: ChosenFilterProps) {
  const known = value in options ? options : { ...options, [value]: value }
  return (
    <label class={`filter ${value === '' ? '' : 'set'}`}>
      <span class="unseen">{label}</span>
      <select value={value} onChange={event => onValue(event.currentTarget.value)}>
        {Object.entries(known).map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
      <Glyph sign="down" size={16} />
    </label>
  )
}

interface TypedFilterProps {
  label: string
  kind: 'search' | 'text'
  value: string
  options?: string[]
  onValue(value: string): void
}

/** Long enough not to ask for every letter, short enough not to be waited for. */
const TYPING_MS = 220

function TypedFilter({ label, kind, value, options = [], onValue }: TypedFilterProps) {
  const [typed, setTyped] = useState(value)
  const timer = useRef<number>()
  useEffect(() => setTyped(value), [value])
  useEffect(() => () => clearTimeout(timer.current), [])
  const type = (text: string) => {
    setTyped(text)
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => onValue(text), TYPING_MS)
  }
  return (
    <label class={`filter ${kind} ${value === '' ? '' : 'set'}`}>
      <span class="unseen">{label}</span>
      {kind === 'search' && <Glyph sign="search" size={18} />}
      <input
        type={kind}
        value={typed}
        placeholder={label}
        list={options.length > 0 ? `${label}-options` : undefined}
        autocomplete="off"
        spellcheck={false}
        maxLength={255}
        onInput={event => type(event.currentTarget.value)}
      />
      {options.length > 0 && (
        <datalist id={`${label}-options`}>
          {options.map(option => (
            <option key={option} value={option} />
          ))}
        </datalist>
      )}
    </label>
  )
}
