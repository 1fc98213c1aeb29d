// The way in: an API key, which stays in this tab.
import { useEffect, useRef, useState } from 'preact/hooks'
import { Glyph, Sprig } from './icons.tsx'
import { ThemeSwitch } from './theme.tsx'

interface SignInProps {
  reason?: string | undefined
  isChecking: boolean
  onKey(key: string): void
}

export function SignIn({ reason, isChecking, onKey }: SignInProps) {
  const [fault, setFault] = useState<string>()
  const field = useRef<HTMLInputElement>(null)
  const complaint = fault ?? reason
  useEffect(() => {
    if (!isChecking) field.current?.focus()
  }, [isChecking])

  function submit(event: Event) {
    event.preventDefault()
    const key = field.current?.value.trim() ?? ''
    const wrong = faultIn(key)
    setFault(wrong)
    if (wrong === undefined) onKey(key)
  }

  return (
    <main class="sign-in">
      <form class="sheet" onSubmit={submit} aria-busy={isChecking}>
        <div class="sign-in-mark">
          <Sprig size={56} />
        </div>
        <h1>Herbarium</h1>
        <p class="soft">Sign in with an API key to see the assets of its workspace.</p>
        <label class="field">
          <span>API key</span>
          <input
            ref={field}
            type="password"
            name="key"
            autocomplete="off"
            spellcheck={false}
            placeholder="sk_live_…"
            aria-invalid={complaint !== undefined}
            aria-describedby="key-complaint key-note"
          />
        </label>
        <p id="key-complaint" class="complaint" role="alert">
          {complaint && !isChecking && (
            <>
              <Glyph sign="warning" size={18} /> {complaint}
            </>
          )}
        </p>
        <button type="submit" class="button primary wide" disabled={isChecking}>
          {isChecking ? 'Signing in…' : 'Sign in'}
        </button>
        <p id="key-note" class="soft small">
          The first start prints a key; <code>npx herbarium key create</code> makes more. It is kept in this
          tab only and is gone when the tab is closed.
        </p>
      </form>
      <p class="sign-in-foot">
        <a href="/docs">API reference</a>
        <ThemeSwitch />
      </p>
    </main>
  )
}

function faultIn(key: string): string | undefined {
  if (key === '') return 'Enter an API key.'
  if (!/^[\x21-\x7e]+$/.test(key)) return 'An API key has no spaces and no accents: copy it again.'
  return undefined
}
