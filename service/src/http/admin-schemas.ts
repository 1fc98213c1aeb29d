// The wire's shapes of the installation's administration: workspaces and keys as operators see them.
import { z } from 'zod'
import { GRANTED_SCOPES } from '../ground/scope.ts'
import { id } from './schemas.ts'

const time = z.int().meta({ description: 'Unix milliseconds' })

export const keyId = z
  .string()
  .regex(/^key_\S+$/, { error: 'must start with key_, followed by the id' })
  .max(128)
  .meta({ description: 'A key', example: 'key_7c2f0e8a41d94b6f' })

export const name = z.string().max(800).meta({ example: 'Design team' })
export const mediaAccess = z.enum(['public', 'signed'])

const bytes = { error: 'must be a whole number of bytes, or null for no bound' }
export const quotaBytes = z
  .int(bytes)
  .min(0, bytes)
  .nullable()
  .meta({ description: 'The most bytes it may keep; null for no bound', example: 10_000_000_000 })

/** What they may be is judged by the verb, for commands too. */
export const scopes = z
  .array(z.string().max(64).meta({ enum: GRANTED_SCOPES }))
  .max(64)
  .meta({ description: '`*` is everything inside the workspace, and so all but `admin`' })

export const workspace = z.object({
  workspace_id: id('ws_'),
  name: z.string(),
  mode: z.enum(['live', 'test']),
  test_of: id('ws_').nullable().meta({ description: 'The live workspace that this one is there to test' }),
  media_access: mediaAccess,
  quota_bytes: z.int().nullable().meta({ description: 'Null for no bound' }),
  created_at: time,
})

export const key = z.object({
  key_id: id('key_'),
  workspace_id: id('ws_'),
  name: z.string(),
  mode: z.enum(['live', 'test']),
  scopes: z.array(z.string()).meta({ example: ['assets:read', 'assets:write'] }),
  prefix: z.string().meta({ description: 'The first characters of the secret', example: 'sk_live_4f1c' }),
  status: z.enum(['active', 'expired', 'revoked']),
  created_at: time,
  expires_at: time.nullable(),
  revoked_at: time.nullable(),
  last_used_at: time.nullable().meta({ description: 'Unix milliseconds; up to a minute late' }),
  replaced_by: id('key_').nullable().meta({ description: 'The key that rotation put in its place' }),
})

export const keyWithSecret = key.extend({
  api_key: z.string().meta({ description: 'Told once', example: 'sk_live_…' }),
})

export const rotatedKey = keyWithSecret.extend({
  replaces: z.object({
    key_id: id('key_'),
    ends_at: time.meta({ description: 'Until then the old key opens what it did' }),
  }),
})
