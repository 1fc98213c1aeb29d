// Requests that are watched: whoever watches is told when each begins and when it is over, also when it is cut off.
import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './app.ts'
import { ownerOf } from './owner.ts'

export interface RequestBegun {
  requestId: string
  method: string
  /** The route's pattern; `none` where no route is meant. */
  route: string
  /** It may go on for as long as its client likes. */
  isEndless: boolean
  headers: IncomingHttpHeaders
  socket: Socket
}

export interface RequestOver {
  /** Undefined where the connection was gone before an answer began. */
  status: number | undefined
  keyId: string | undefined
  workspaceId: string | undefined
  /** Where the path names one. */
  assetId: string | undefined
}

export interface RequestWatch {
  begin(request: RequestBegun): RequestWatching
}

export interface RequestWatching {
  /** For the lines of the log. */
  traceId?: string | undefined
  /** Does the rest of the request in a context of its own. */
  within?(act: () => void): void
  /** Called once, when all that was sent of the answer is with the system. */
  end(over: RequestOver): void
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its answer has no end of its own. */
    isEndless?: true
  }
  interface FastifyRequest {
    /** Of the trace that this request is part of. */
    traceId: string | undefined
  }
}

/** To be called before any other hook is added: what comes before is done unseen. */
export function watchRequests(app: App, watches: RequestWatch[]): void {
  app.decorateRequest('traceId', undefined)
  for (const watch of watches)
    app.addHook('onRequest', (request, reply, goOn) => {
      const watching = watch.begin(begunOf(request))
      request.traceId ??= watching.traceId
      // Of the answer itself: Fastify's onResponse is not called for one that is cut off.
      reply.raw.once('close', () => watching.end(overOf(request, reply)))
      if (watching.within === undefined) goOn()
      else watching.within(goOn)
    })
}

/** A path may have anything in an id's place. */
const AN_ID = /^asset_\w{1,64}$/

export const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'none'

const begunOf = (request: FastifyRequest): RequestBegun => ({
  requestId: request.id,
  method: request.method,
  route: routeOf(request),
  isEndless: request.routeOptions.config?.isEndless === true,
  headers: request.headers,
  socket: request.raw.socket,
})

function overOf(request: FastifyRequest, { raw }: FastifyReply): RequestOver {
  const owner = ownerOf(request)
  const { asset_id } = (request.params ?? {}) as { asset_id?: string } // by the route's pattern
  return {
    status: raw.headersSent ? raw.statusCode : undefined,
    keyId: owner?.keyId,
    workspaceId: owner?.workspaceId,
    assetId: asset_id !== undefined && AN_ID.test(asset_id) ? asset_id : request.uploading?.assetId,
  }
}
