// Where the operator's command finds the API when it is its client, and remembers what it left unfinished.
import { homedir } from 'node:os'
import path from 'node:path'

export interface ClientSettings {
  /** Ends in /api/v1. */
  baseUrl: string | undefined
  apiKey: string | undefined
  /** The user's own, by the XDG base directory specification; it may not be there yet. */
  stateDir: string
}

/** The first two are the variables that FLORA's own clients read. */
export function readClientSettings(
  environment: Record<string, string | undefined> = process.env,
): ClientSettings {
  const { FLORA_BASE_URL, FLORA_API_KEY, XDG_STATE_HOME = '' } = environment
  const states = path.isAbsolute(XDG_STATE_HOME) ? XDG_STATE_HOME : path.join(homedir(), '.local/state')
  return {
    baseUrl: FLORA_BASE_URL?.trim().replace(/\/+$/, '') || undefined,
    apiKey: FLORA_API_KEY?.trim() || undefined,
    stateDir: path.join(states, 'herbarium'),
  }
}
