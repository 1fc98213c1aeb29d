// One asset in the grid, as a specimen with its label; a link to its panel.
import type { ListedAsset } from '../api/wire.ts'
import { factsSpoken, nameSpoken } from '../parts/spoken.ts'
import { Thumbnail, thumbnailOf } from './thumbnail.tsx'

interface TileProps {
  asset: ListedAsset
  href: string
  index: number
  isActive: boolean
  onActive(index: number): void
}

export function Tile({ asset, href, index, isActive, onActive }: TileProps) {
  const name = nameSpoken(asset.name)
  return (
    <a
      class={`tile ${asset.status}`}
      href={href}
      data-index={index}
      data-asset={asset.asset_id}
      tabIndex={isActive ? 0 : -1}
      title={name}
      onFocus={() => onActive(index)}
    >
      <Thumbnail key={asset.status} {...thumbnailOf(asset)} />
      <span class="label">
        <Name name={name} />
        <span class="facts">{factsSpoken(asset)}</span>
      </span>
    </a>
  )
}

/** Cut in the middle: the end often tells more than what comes before it. */
export function Name({ name }: { name: string }) {
  const tail = name.slice(-9)
  return (
    <span class="name">
      <span class="head">{name.slice(0, -9)}</span>
      <span class="tail">{tail}</span>
    </span>
  )
}
