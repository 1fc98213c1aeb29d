// One file: how far it is, what can be done about it, and in the end what it is.
import type { Uploads } from '@herbarium/client/react'

type Upload = Uploads['uploads'][number]
type Actions = Pick<Uploads, 'pause' | 'resume' | 'retry' | 'cancel'>

export function UploadRow({ upload, actions }: { upload: Upload; actions: Actions }) {
  const { id, file, status, phase, sentBytes, totalBytes, asset, error } = upload
  return (
    <li aria-label={file.name}>
      <strong>{file.name}</strong>
      <span role="status">{error?.message ?? (status === 'uploading' ? phase : status)}</span>
      <progress value={sentBytes} max={totalBytes} />
      {(status === 'waiting' || status === 'uploading') && (
        <button type="button" onClick={() => actions.pause(id)}>
          Pause
        </button>
      )}
      {status === 'paused' && (
        <button type="button" onClick={() => actions.resume(id)}>
          Resume
        </button>
      )}
      {status === 'failed' && (
        <button type="button" onClick={() => actions.retry(id)}>
          Retry
        </button>
      )}
      <button type="button" onClick={() => actions.cancel(id)}>
        {status === 'ready' ? 'Dismiss' : 'Cancel'}
      </button>
      {asset && <Ready {...asset} />}
    </li>
  )
}

function Ready({ url, name, content_type }: NonNullable<Upload['asset']>) {
  if (content_type.startsWith('image/')) return <img src={url} alt={name ?? ''} />
  return <a href={url}>{url}</a>
}
