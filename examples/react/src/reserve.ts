// What the page asks its own backend, which has the API key.
import type { Reservation } from '@herbarium/client'

export async function reserve({ name, size, type }: File): Promise<Reservation> {
  const answer = await fetch('/api/reservations', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, size, type }),
  })
  const body = await answer.json()
  if (!answer.ok) throw new Error(body.message)
  return body
}
