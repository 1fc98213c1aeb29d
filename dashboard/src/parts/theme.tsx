// Light or dark: as the system has it, until someone chooses.
import { useState } from 'preact/hooks'
import { Glyph } from './icons.tsx'

type Theme = 'system' | 'light' | 'dark'

const THEME = 'herbarium.theme'
const SIGNS = { system: 'screen', light: 'sun', dark: 'moon' } as const
const NEXT = { system: 'light', light: 'dark', dark: 'system' } as const

const themeKept = (): Theme => {
  const kept = localStorage.getItem(THEME)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

/** Before anything is drawn. */
export function applyTheme(theme: Theme = themeKept()): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

export function ThemeSwitch() {
  const [theme, setTheme] = useState(themeKept)
  const choose = () => {
    const next = NEXT[theme]
    localStorage.setItem(THEME, next)
    applyTheme(next)
    setTheme(next)
  }
  return (
    <button type="button" class="button quiet square" onClick={choose} title={`Colours: ${theme}`}>
      <Glyph sign={SIGNS[theme]} />
      <span class="unseen">
        Colours: {theme}. Change to {NEXT[theme]}
      </span>
    </button>
  )
}
