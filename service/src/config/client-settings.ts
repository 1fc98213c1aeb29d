// Where the operator's command finds the API when it speaks to it as a client.

export interface ClientSettings {
  /** Ends in /api/v1. */
  baseUrl: string | undefined
  apiKey: string | undefined
}

/** The same two variables that FLORA's own clients read. */
export const readClientSettings = (
  environment: Record<string, string | undefined> = process.env,
): ClientSettings => ({
  baseUrl: environment.FLORA_BASE_URL?.trim().replace(/\/+$/, '') || undefined,
  apiKey: environment.FLORA_API_KEY?.trim() || undefined,
})
