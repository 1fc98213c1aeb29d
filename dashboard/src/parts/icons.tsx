// The few signs that the page draws, all on a square of 24.
import type { ComponentChildren } from 'preact'
import type { Kind } from './spoken.ts'

function Icon({ size = 20, children }: { size?: number | undefined; children: ComponentChildren }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  )
}

const paths = {
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20 20',
  close: 'M6 6l12 12M18 6 6 18',
  add: 'M12 5v14M5 12h14',
  upload: 'M12 16V4.5M7.5 9 12 4.5 16.5 9M5 15.5V19h14v-3.5',
  pause: 'M9 6v12M15 6v12',
  resume: 'M8 5.5v13l10-6.5z',
  again: 'M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9M19.5 4.5V9H15',
  previous: 'M14.5 6l-6 6 6 6',
  next: 'M9.5 6l6 6-6 6',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  warning: 'M12 4 2.8 20h18.4zM12 10v4.5M12 17.2v.1',
  clock: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 7.5V12l3 2',
  down: 'M6 9.5l6 6 6-6',
  out: 'M14 5H6v14h8M10.5 12H20M16.5 8.5 20 12l-3.5 3.5',
  sun: 'M12 16.2a4.2 4.2 0 1 0 0-8.4 4.2 4.2 0 0 0 0 8.4zM12 3v1.6M12 19.4V21M3 12h1.6M19.4 12H21M5.6 5.6l1.2 1.2M17.2 17.2l1.2 1.2M5.6 18.4l1.2-1.2M17.2 6.8l1.2-1.2',
  moon: 'M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z',
  screen: 'M4 5h16v11H4zM9 20h6M12 16v4',
  elsewhere: 'M13 5h6v6M19 5l-8.5 8.5M16.5 14v5h-12V7h5',
  image: 'M4 5h16v14H4zM4 16l4.5-4.5 4 4 2.5-2.5 5 5M15.5 9.6a.9.9 0 1 0 0-1.8.9.9 0 0 0 0 1.8z',
  video: 'M4 5.5h16v13H4zM10 9v6l5-3z',
  audio:
    'M9 17.5V6l9-1.8v11.3M9 17.5a2.2 2.2 0 1 1-4.4 0 2.2 2.2 0 0 1 4.4 0zM18 15.5a2.2 2.2 0 1 1-4.4 0 2.2 2.2 0 0 1 4.4 0z',
  pdf: 'M6 3.5h8l4.5 4.5v12.5H6zM14 3.5V8h4.5M9 12.5h6.5M9 16h6.5',
  unknown: 'M6 3.5h8l4.5 4.5v12.5H6zM14 3.5V8h4.5',
} as const

export type Sign = keyof typeof paths

export const Glyph = ({ sign, size }: { sign: Sign; size?: number }) => (
  <Icon size={size}>
    <path d={paths[sign]} />
  </Icon>
)

export const KindIcon = ({ kind, size = 40 }: { kind: Kind; size?: number }) => (
  <Glyph sign={kind} size={size} />
)

export const Sprig = ({ size = 24 }: { size?: number }) => (
  <svg class="sprig" viewBox="0 0 24 24" width={size} height={size} fill="currentColor" aria-hidden="true">
    <path d="M12 22.5V8.5" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" />
    <path d="M12 9.5c-2.9-2.2-2.9-5.6 0-8 2.9 2.4 2.9 5.8 0 8z" />
    <path d="M12 15.2c-.4-3.4-2.9-5.3-6.8-5 .3 3.7 2.9 5.6 6.8 5z" />
    <path d="M12 15.2c.4-3.4 2.9-5.3 6.8-5-.3 3.7-2.9 5.6-6.8 5z" />
    <path d="M12 20.5c-.3-2.7-2.3-4.2-5.4-4 .2 3 2.3 4.5 5.4 4z" />
    <path d="M12 20.5c.3-2.7 2.3-4.2 5.4-4-.2 3-2.3 4.5-5.4 4z" />
  </svg>
)
