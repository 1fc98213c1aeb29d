// The types of media this service takes.

export const ALLOWED_TYPES = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'image/avif',
  'image/heic',
  'image/heif',
  'video/mp4',
  'video/webm',
  'video/quicktime',
  'audio/mpeg',
  'audio/wav',
  'audio/ogg',
  'application/pdf',
] as const

export type AllowedType = (typeof ALLOWED_TYPES)[number]

export const isAllowedType = (type: string): type is AllowedType =>
  (ALLOWED_TYPES as readonly string[]).includes(type)

export type NodeType = 'image' | 'video' | 'audio' | 'text'

/** The kind of canvas node that shows such media; a PDF has none of its own. */
export function nodeTypeOf(contentType: string): NodeType {
  const family = contentType.slice(0, contentType.indexOf('/'))
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'text'
}
