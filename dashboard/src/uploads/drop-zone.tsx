// The whole page takes files that are dropped on it or pasted into it.
import { useEffect, useRef, useState } from 'preact/hooks'
import { Glyph } from '../parts/icons.tsx'
import { filesIn } from './dropped.ts'
import { useUploads } from './uploads.tsx'

export function DropZone() {
  const { add, destination } = useUploads()
  const [isOver, setIsOver] = useState(false)
  const take = useRef(add)
  take.current = add
  useEffect(() => {
    let depth = 0 // an element inside is entered before the one around it is left
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const on = {
      dragenter: (event: DragEvent) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        depth++
        setIsOver(true)
      },
      dragover: (event: DragEvent) => {
        if (hasFiles(event)) event.preventDefault()
      },
      dragleave: (event: DragEvent) => {
        if (hasFiles(event) && --depth <= 0) setIsOver(false)
      },
      drop: (event: DragEvent) => {
        depth = 0
        setIsOver(false)
        if (!hasFiles(event)) return
        event.preventDefault()
        void filesIn(event.dataTransfer).then(files => take.current(files))
      },
      paste: (event: ClipboardEvent) => {
        if (event.clipboardData?.types.includes('Files') !== true) return
        event.preventDefault()
        void filesIn(event.clipboardData).then(files => take.current(files))
      },
    }
    const listeners = Object.entries(on) as [string, EventListener][] // each under the name of its own event
    for (const [name, listener] of listeners) document.addEventListener(name, listener)
    return () => {
      for (const [name, listener] of listeners) document.removeEventListener(name, listener)
    }
  }, [])
  if (!isOver) return null
  return (
    <div class="drop-zone" aria-hidden="true">
      <div class="drop-sheet">
        <Glyph sign="upload" size={40} />
        <p>{destinationSpoken(destination)}</p>
      </div>
    </div>
  )
}

function destinationSpoken({ projectId, folder }: { projectId: string; folder: string }): string {
  const places = [folder && `into the folder “${folder}”`, projectId && 'onto this project’s canvas']
  return ['Drop to upload', ...places.filter(place => place !== '')].join(' ')
}
