// The package's face for React.
export type { QueuedUpload, UploadQueueOptions, UploadStatus } from '../upload-queue.ts'
export { type Uploads, useUpload } from './use-upload.ts'
