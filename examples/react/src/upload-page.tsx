// Choose files, watch them go, pause and resume them, and see what became of them.
import { createClient } from '@herbarium/client'
import { useUpload } from '@herbarium/client/react'
import { reserve } from './reserve.ts'
import { UploadRow } from './upload-row.tsx'

/** No key: each reservation brings the token for its own asset. */
const client = createClient({
  baseUrl: import.meta.env.VITE_FLORA_BASE_URL ?? 'http://127.0.0.1:8787/api/v1',
})

export function UploadPage() {
  const { uploads, add, ...actions } = useUpload({ client, getReservation: reserve })
  return (
    <main>
      <h1>Uploads</h1>
      <label
        className="drop"
        onDragOver={event => event.preventDefault()}
        onDrop={event => {
          event.preventDefault()
          add(event.dataTransfer.files)
        }}
      >
        Choose or drop pictures, videos, sounds and PDFs
        <input
          type="file"
          multiple
          onChange={({ currentTarget }) => {
            add(currentTarget.files ?? [])
            currentTarget.value = ''
          }}
        />
      </label>
      <ul>
        {uploads.map(upload => (
          <UploadRow key={upload.id} upload={upload} actions={actions} />
        ))}
      </ul>
    </main>
  )
}
