// The page at a project's canvas_url: what lies on the canvas, newest first.
import { useEffect, useState } from 'preact/hooks'
import { hrefWith, root } from '../address.ts'
import { isMissing } from '../api/errors.ts'
import { useSession } from '../api/session.tsx'
import type { CanvasNode, NodePage, Project } from '../api/wire.ts'
import { type PagedList, usePagedList } from '../assets/paged-list.ts'
import { Thumbnail } from '../assets/thumbnail.tsx'
import { DetailPanel } from '../detail/detail-panel.tsx'
import { useChanges } from '../live/live.tsx'
import { MoreWhenSeen } from '../parts/more-when-seen.tsx'
import type { Kind } from '../parts/spoken.ts'
import { Empty, Trouble } from '../parts/states.tsx'
import { ChooseFiles } from '../uploads/choose-files.tsx'
import { useUploads } from '../uploads/uploads.tsx'

const PAGE_SIZE = '60'
/** Of what has no picture. */
const PLAIN_RATIO = 1.4
const KINDS: Record<CanvasNode['type'], Kind> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  text: 'pdf',
}

export function CanvasPage({ projectId, address }: { projectId: string; address: URL }) {
  const { project, error } = useProject(projectId)
  const list = useNodes(projectId)
  const known = list.items.flatMap(({ asset_id }) => (asset_id === null ? [] : [{ asset_id }]))
  if (isMissing(error)) return <NoProject projectId={projectId} />
  return (
    <>
      <main id="content" class="page">
        <div class="page-head">
          <div class="canvas-title">
            <p class="soft small">
              <a href={`${root}/projects`}>Projects</a>
            </p>
            <h1>{project?.name ?? ' '}</h1>
            <p class="soft small">
              <code>{projectId}</code>
            </p>
          </div>
          <a class="button" href={`${root}/?project=${encodeURIComponent(projectId)}`}>
            Show as assets
          </a>
        </div>
        {list.items.length === 0 && !list.isLoading && list.error === undefined ? (
          <Empty title="An empty canvas">
            <p>
              Drop files here: they are uploaded and put on this canvas. Or attach assets from their panels.
            </p>
            <ChooseFiles isPrimary />
          </Empty>
        ) : (
          <ul class="canvas" aria-label="Nodes" aria-busy={list.isLoading}>
            {list.items.map(node => (
              <Node key={node.node_id} node={node} address={address} />
            ))}
            {list.isFirst && list.error === undefined && <Ghosts />}
            <li class="rest" aria-hidden="true" />
          </ul>
        )}
        {list.error !== undefined && <Trouble error={list.error} again={list.more} />}
        <MoreWhenSeen list={list} />
      </main>
      <DetailPanel address={address} items={known} onDeleted={list.refresh} />
    </>
  )
}

/** As wide as its picture is, in a row of one height. */
function Node({ node, address }: { node: CanvasNode; address: URL }) {
  const ratio =
    node.width && node.height ? Math.max(0.6, Math.min(2.4, node.width / node.height)) : PLAIN_RATIO
  const style = { '--ratio': String(ratio) }
  const label = node.label ?? 'Unnamed'
  const content = (
    <>
      <Thumbnail assetId={node.asset_id} url={node.url} kind={KINDS[node.type]} />
      <span class="node-label">{label}</span>
    </>
  )
  return (
    <li class="node" style={style}>
      {node.asset_id === null || node.url === null ? (
        <span class="node-sheet gone" title={`${label} was deleted`}>
          {content}
        </span>
      ) : (
        <a
          class="node-sheet"
          href={hrefWith(address, { asset: node.asset_id })}
          data-asset={node.asset_id}
          title={label}
        >
          {content}
        </a>
      )}
    </li>
  )
}

const Ghosts = () => (
  <>
    {[1.5, 0.8, 1.2, 1].map(ratio => (
      <li key={ratio} class="node ghost" style={{ '--ratio': String(ratio) }} aria-hidden="true">
        <span class="node-sheet" />
      </li>
    ))}
  </>
)

const NoProject = ({ projectId }: { projectId: string }) => (
  <main id="content" class="page">
    <Empty title="No such project">
      <p>
        <code>{projectId}</code> is not a project of this workspace. The key you signed in with opens one
        workspace only.
      </p>
      <a class="button" href={`${root}/projects`}>
        All projects
      </a>
    </Empty>
  </main>
)

function useProject(projectId: string) {
  const { api } = useSession()
  const [found, setFound] = useState<{ id: string; project?: Project; error?: unknown }>()
  useEffect(() => {
    const aborting = new AbortController()
    api.get<Project>(`/projects/${encodeURIComponent(projectId)}`, {}, aborting.signal).then(
      project => setFound({ id: projectId, project }),
      error => !aborting.signal.aborted && setFound({ id: projectId, error }),
    )
    return () => aborting.abort()
  }, [api, projectId])
  const current = found?.id === projectId ? found : undefined
  return { project: current?.project, error: current?.error }
}

function useNodes(projectId: string): PagedList<CanvasNode> {
  const { api } = useSession()
  const list = usePagedList<CanvasNode>({
    key: projectId,
    idOf: node => node.node_id,
    fetchPage: async (cursor, signal) => {
      const path = `/projects/${encodeURIComponent(projectId)}/nodes`
      const { nodes, meta } = await api.get<NodePage>(path, { limit: PAGE_SIZE, cursor }, signal)
      return { items: nodes, meta }
    },
  })
  const { setDestination } = useUploads()
  useEffect(() => setDestination({ projectId, folder: '' }), [projectId, setDestination])
  useChanges(list.refresh)
  return list
}
