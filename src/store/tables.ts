// The rows as they stand in the database; none of these types leaves this room.
import type { ClassId, Hash, Image, ImageId, JobId, JobState, LabelOrigin, Position } from '../base/index.ts'
import type { RoundState, SessionId, SessionState, Split, Version } from '../base/index.ts'

type Flag = 0 | 1
type Json = string

export type ProjectRow = {
  id: number
  name: string
  title: string
  encoder: string
  seed: number
  test_share: number
  validation_share: number
  is_demo: Flag
  is_removed: Flag
  created_at: number
  position: Position
  last_image: ImageId | null
}
export type ImageRow = {
  id: ImageId
  project: number
  hash: Hash
  thumbnail: Hash
  name: string
  width: number
  height: number
  size_bytes: number
  format: Image['format']
  group_name: string | null
  near_to: ImageId | null
  /** The lowest image of those that must share a split; null while it stands alone. */
  closure: ImageId | null
  split: Split
  label: ClassId | null
  is_skipped: Flag
  added_at: number
}
export type EventRow = {
  project: number
  position: Position
  image: ImageId
  class: ClassId | null
  origin: LabelOrigin
  person: string
  at: number
  seconds: number | null
  act: number
  undoes: Position | null
}
export type JobRow = {
  id: JobId
  key: string
  project: string | null
  step: string
  input: Json
  state: JobState
  done: number
  total: number | null
  sentence: string
  attempts: number
  output: Json | null
  error: Json | null
  created_at: number
  started_at: number | null
  finished_at: number | null
  fence: number
  lease_until: number | null
  worker: string | null
}
export type ModelRow = {
  project: number
  version: Version
  key: string
  kind: 'head'
  blob: Hash
  card: Json
  figures: Json
  guesses: Hash | null
  created_at: number
}
export type SessionRow = {
  id: SessionId
  project: number
  name: string
  description: string
  state: SessionState
  settings: Json
  findings: Json
  why: string
  created_at: number
  started_at: number | null
  completed_at: number | null
}
export type RoundRow = {
  project: number
  session: SessionId
  number: number
  state: RoundState
  is_rolled_back: Flag
  strategy: string
  says: string
  position: Position
  version: Version | null
  figures: Json
  started_at: number
  completed_at: number | null
}
export type QuestionRow = {
  project: number
  session: SessionId
  round: number
  place: number
  image: ImageId
  reason: string
  is_drawn: Flag
}

export type Tables = {
  /** The newest id given: ids grow and are never given twice, not even after a removal. */
  newest: { name: string; value: number }
  project: ProjectRow
  tally: { project: number; split: Split; images: number; labelled: number }
  class: { id: ClassId; project: number; name: string; place: number; labelled: number }
  image: ImageRow
  near: { project: number; band: number; image: ImageId; high: number; low: number }
  family: { project: number; name: string; closure: ImageId }
  act: { id: number; project: number; name: string; person: string; is_undone: Flag }
  label_event: EventRow
  truth: { project: number; image: ImageId; class: ClassId }
  shard: { id: number; project: number; encoder: string; blob: Hash; count: number }
  embedding: { project: number; encoder: string; image: ImageId; shard: number; place: number }
  /** A file of many blobs, and where in which each of them lies. */
  pack: { id: number; file: string; size_bytes: number }
  place: { hash: Hash; pack: number; start: number; size_bytes: number; used: number }
  model: ModelRow
  alias: { project: number; name: string; change: number; version: Version; at: number }
  session: SessionRow
  round: RoundRow
  question: QuestionRow
  /** Who answers about which image just now. */
  lease: { project: number; image: ImageId; person: string; until: number }
  job: JobRow
  setting: { key: string; value: Json }
}
