import type { Image } from '../base/index.ts'
import type { ImageRow } from './tables.ts'

export const imageOf = (row: ImageRow): Image => ({
  id: row.id,
  hash: row.hash,
  thumbnail: row.thumbnail,
  name: row.name,
  width: row.width,
  height: row.height,
  sizeBytes: row.size_bytes,
  format: row.format,
  group: row.group_name,
  nearTo: row.near_to,
  split: row.split,
  label: row.label,
  addedAt: row.added_at,
})
