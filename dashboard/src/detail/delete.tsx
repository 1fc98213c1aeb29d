// Deletes an asset, after asking once more.
import { useEffect, useRef, useState } from 'preact/hooks'
import { messageOf } from '../api/errors.ts'
import { useSession } from '../api/session.tsx'
import type { Asset } from '../api/wire.ts'

export function Delete({ asset, onDeleted }: { asset: Asset; onDeleted(): void }) {
  const { api } = useSession()
  const [isAsking, setIsAsking] = useState(false)
  const [isBusy, setIsBusy] = useState(false)
  const [trouble, setTrouble] = useState('')
  const keep = useRef<HTMLButtonElement>(null)
  const ask = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (isAsking) keep.current?.focus()
  }, [isAsking])

  async function remove() {
    setIsBusy(true)
    setTrouble('')
    try {
      await api.remove(`/assets/${encodeURIComponent(asset.asset_id)}`)
      onDeleted()
    } catch (error) {
      setTrouble(messageOf(error))
      setIsBusy(false)
    }
  }
  function relent() {
    setIsAsking(false)
    setTrouble('')
    requestAnimationFrame(() => ask.current?.focus())
  }
  return (
    <section class="part">
      {isAsking ? (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw itself
        <div class="confirm" role="group" aria-labelledby="confirm-delete">
          <p id="confirm-delete">
            <strong>Delete it for good?</strong> Its URL answers 404 from then on, and canvases keep only its
            label.
          </p>
          <p class="row">
            <button ref={keep} type="button" class="button" onClick={relent} disabled={isBusy}>
              Keep it
            </button>
            <button type="button" class="button danger" onClick={remove} disabled={isBusy}>
              {isBusy ? 'Deleting…' : 'Delete'}
            </button>
          </p>
          <p class="complaint" role="alert">
            {trouble}
          </p>
        </div>
      ) : (
        <button ref={ask} type="button" class="button quiet-danger" onClick={() => setIsAsking(true)}>
          Delete…
        </button>
      )}
    </section>
  )
}
