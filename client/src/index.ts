// The package's public face.
export {
  type Client,
  type ClientOptions,
  createClient,
  type ReserveOptions,
} from './create-client.ts'
export type { Description } from './description.ts'
export { type ApiErrorCode, type FieldFault, HerbariumError, type LocalErrorCode } from './errors.ts'
export type { EventsOptions, ReadEventsOptions } from './events.ts'
export type { ListFilters, ListPageOptions } from './list.ts'
export type { Fetch } from './send.ts'
export type { WaitOptions } from './settle.ts'
export type { UploadSource } from './source.ts'
export { toInput, type WorkflowInput } from './to-input.ts'
export type { Store } from './unfinished-uploads.ts'
export { PAUSE, type Progress, type UploadOptions, type UploadPhase } from './upload-options.ts'
export {
  createUploadQueue,
  type QueuedUpload,
  type UploadQueue,
  type UploadQueueOptions,
  type UploadStatus,
} from './upload-queue.ts'
export type * from './wire.ts'
