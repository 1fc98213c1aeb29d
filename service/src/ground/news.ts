// Who waits for something of a workspace to change, and is told when it has.

/** Workspaces of which there is something new; `all` where it is not known which. */
export type Grown = readonly string[] | 'all'

export interface News {
  tell(grown: Grown): void
  /** Calls back each time until what it answers is called. Costs nothing while nothing happens. */
  /** Calls back each time for whichever workspace. */
  onAny(onGrown: () => void): () => void
  on(workspaceId: string, onGrown: () => void): () => void
}

export function createNews(): News {
  const waiting = new Map<string, Set<() => void>>()
  const anyway = new Set<() => void>()
  return {
    tell: grown => {
      for (const workspaceId of grown === 'all' ? [...waiting.keys()] : grown)
        for (const onGrown of waiting.get(workspaceId) ?? []) onGrown()
      if (grown === 'all' || grown.length > 0) for (const onGrown of anyway) onGrown()
    },
    onAny: onGrown => {
      anyway.add(onGrown)
      return () => anyway.delete(onGrown)
    },
    on: (workspaceId, onGrown) => {
      const own = waiting.get(workspaceId) ?? new Set()
      waiting.set(workspaceId, own.add(onGrown))
      return () => {
        own.delete(onGrown)
        if (own.size === 0 && waiting.get(workspaceId) === own) waiting.delete(workspaceId)
      }
    },
  }
}
