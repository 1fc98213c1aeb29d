// One filter: chosen from a list, or typed.
import { useEffect, useRef, useState } from 'preact/hooks'
import { Glyph } from '../parts/icons.tsx'

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

export function TypedFilter({ label, kind, value, options = [], onValue }: TypedFilterProps) {
  const [typed, setTyped] = useState(value)
  const timer = useRef<number>(undefined)
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
