// Puts an asset on a project's canvas.
import { useState } from 'preact/hooks'
import { canvasHref } from '../address.ts'
import { messageOf } from '../api/errors.ts'
import { useSession } from '../api/session.tsx'
import type { Project } from '../api/wire.ts'
import { Glyph } from '../parts/icons.tsx'
import { ProjectChooser } from '../projects/project-chooser.tsx'

export function Attach({ assetId }: { assetId: string }) {
  const { api } = useSession()
  const [attached, setAttached] = useState<Project>()
  const [trouble, setTrouble] = useState('')
  const attach = async (project: Project) => {
    setTrouble('')
    setAttached(undefined)
    try {
      const ids = [project.project_id, assetId].map(encodeURIComponent)
      await api.post(`/projects/${ids[0]}/assets/${ids[1]}/attach`)
      setAttached(project)
    } catch (error) {
      setTrouble(messageOf(error))
    }
  }
  return (
    <section class="part">
      <h3>Put on a canvas</h3>
      <ProjectChooser label="Project" onChosen={attach} />
      <p class="row" role="status">
        {attached && (
          <>
            <Glyph sign="check" size={18} />
            <span>
              It is on <a href={canvasHref(attached.project_id)}>{attached.name}</a>.
            </span>
          </>
        )}
        {trouble && <span class="complaint">{trouble}</span>}
      </p>
    </section>
  )
}
