// The button that lets someone choose files.
import { useRef } from 'preact/hooks'
import { Glyph } from '../parts/icons.tsx'
import { dropped } from './dropped.ts'
import { useUploads } from './uploads.tsx'

const ACCEPTED = 'image/*,video/*,audio/*,application/pdf'

export function ChooseFiles({ isPrimary = false }: { isPrimary?: boolean }) {
  const { add } = useUploads()
  return (
    <FileButton
      label="Upload"
      className={isPrimary ? 'button primary' : 'button primary fold'}
      isMultiple
      onFiles={files => add(dropped(files))}
    />
  )
}

interface FileButtonProps {
  label: string
  className: string
  isMultiple?: boolean
  onFiles(files: File[]): void
}

export function FileButton({ label, className, isMultiple = false, onFiles }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button type="button" class={className} onClick={() => input.current?.click()}>
        <Glyph sign="upload" size={18} /> <span>{label}</span>
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple={isMultiple}
        accept={ACCEPTED}
        onChange={event => {
          const files = [...(event.currentTarget.files ?? [])]
          event.currentTarget.value = '' // the same file can be chosen once more
          if (files.length > 0) onFiles(files)
        }}
      />
    </>
  )
}
