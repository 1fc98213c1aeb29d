// What is shown where there is nothing to show: it says why, and what to do.
import type { ComponentChildren } from 'preact'
import { messageOf, Refused } from '../api/errors.ts'
import { Glyph, Sprig } from './icons.tsx'

export const Empty = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <section class="state">
    <span class="state-sheet">
      <Sprig size={72} />
    </span>
    <h2>{title}</h2>
    {children}
  </section>
)

export function Trouble({ error, again }: { error: unknown; again?: () => void }) {
  return (
    <section class="state" role="alert">
      <span class="state-sign">
        <Glyph sign="warning" size={32} />
      </span>
      <h2>That did not work</h2>
      <p>{messageOf(error)}</p>
      {error instanceof Refused && error.requestId !== null && (
        <p class="soft small">
          <code>{error.requestId}</code>
        </p>
      )}
      {again && (
        <button type="button" class="button" onClick={again}>
          Try again
        </button>
      )}
    </section>
  )
}

/** For what has no place of its own: it comes and goes by itself. */
export const Waiting = ({ seconds }: { seconds: number }) => (
  <p class="banner" role="status">
    <Glyph sign="clock" />
    The server asks for a pause: the page goes on by itself in {seconds} s.
  </p>
)
