// On whose behalf a request is made, for the log: its key, or at the upload door the key that made the asset.
import type { FastifyRequest } from 'fastify'
import type { Ports } from '../assets/ports.ts'
import type { Actor } from '../ground/actor.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The upload that a ticket in the path has led to. */
    uploading: (Actor & { assetId: string }) | undefined
  }
}

/** Undefined where nobody is known, as for media. */
export const ownerOf = (request: FastifyRequest): Actor | undefined => request.actor ?? request.uploading

/** The same ports, noting on the request whose upload is found. */
export const notingOwner = <P extends Pick<Ports, 'assets'>>(ports: P, request: FastifyRequest): P => ({
  ...ports,
  assets: {
    ...ports.assets,
    findUpload: async (assetId, n) => {
      const upload = await ports.assets.findUpload(assetId, n)
      if (upload !== undefined) {
        const { id, workspaceId, createdByKey } = upload.asset
        request.uploading = { assetId: id, workspaceId, keyId: createdByKey }
      }
      return upload
    },
  },
})

/** What a line of the log says of a request, beside its request_id. */
export function asLogged(request: FastifyRequest): Record<string, string> {
  const owner = ownerOf(request)
  return {
    ...(owner && { key_id: owner.keyId, workspace_id: owner.workspaceId }),
    ...(request.traceId === undefined ? {} : { trace_id: request.traceId }),
  }
}
