// Uploads by tus-js-client, with a log of what it asked and was told.
import { type HttpRequest, type HttpResponse, Upload, type UploadOptions } from 'tus-js-client'
import { expect } from 'vitest'

/** One request that was answered, or that began and never was. */
export interface Exchange {
  method: string
  /** Where a request that brings bytes began. */
  from: number | null
  /** Null where no answer came. */
  status: number | null
  /** How far the upload is, by the answer. */
  at: number | null
}

export interface ClientUpload {
  upload: Upload
  /** In the order of the requests. */
  exchanges: Exchange[]
  /** Starts it; resolves once the client calls it a success. */
  finish(): Promise<void>
}

/** Patient enough for a server that starts again. */
const RETRY_DELAYS = Array.from({ length: 200 }, () => 100)

export function clientUpload(
  file: ConstructorParameters<typeof Upload>[0],
  options: UploadOptions,
): ClientUpload {
  const exchanges: Exchange[] = []
  const open = new Map<HttpRequest, Exchange>()
  const over = Promise.withResolvers<void>()
  const upload = new Upload(file, {
    retryDelays: RETRY_DELAYS,
    ...options,
    onBeforeRequest: request => {
      const exchange = begunBy(request)
      exchanges.push(exchange)
      open.set(request, exchange)
    },
    onAfterResponse: (request, response) => {
      Object.assign(open.get(request) ?? {}, answeredBy(response))
    },
    onSuccess: () => over.resolve(),
    onError: error => over.reject(error),
  })
  return {
    upload,
    exchanges,
    finish: () => {
      upload.start()
      return over.promise
    },
  }
}

const begunBy = (request: HttpRequest): Exchange => ({
  method: request.getMethod(),
  from: numberIn(request.getHeader('Upload-Offset')),
  status: null,
  at: null,
})

const answeredBy = (response: HttpResponse): Partial<Exchange> => ({
  status: response.getStatus(),
  at: numberIn(response.getHeader('Upload-Offset')),
})

const numberIn = (text: string | undefined): number | null => (text === undefined ? null : Number(text))

/** The upload was begun `begun` times, and no request went back behind what an answer before it had acknowledged. */
export function expectNothingAcknowledgedTwice(exchanges: Exchange[], { begun } = { begun: 1 }): void {
  expect(exchanges.filter(({ method }) => method === 'POST')).toHaveLength(begun)
  let acknowledged = 0
  for (const { from, at } of exchanges) {
    expect(from ?? acknowledged).toBeGreaterThanOrEqual(acknowledged)
    acknowledged = Math.max(acknowledged, at ?? 0)
  }
}
