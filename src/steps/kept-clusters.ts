// The clusters of a project, kept until other images or another encoder make them untrue.
import { Failure, type Hash, type ImageId, type Project } from '../base/index.ts'
import type { ClustererName, Clusters } from '../cluster/index.ts'
import type { Store } from '../store/index.ts'

export const levels = ['micro', 'meta'] as const
export type LevelName = (typeof levels)[number]

/** A contact sheet: images in the middle first, then those further out. */
export type SheetOfCluster = {
  readonly id: number
  readonly size: number
  readonly typical: readonly number[]
  /** Of its images' nearest neighbours, the share that lies in the same cluster; null for one image. */
  readonly agreement: number | null
}
export type KeptClusters = {
  readonly encoder: string
  readonly by: ClustererName
  readonly ids: readonly number[]
  readonly micro: readonly number[]
  readonly meta: readonly number[]
  readonly sheets: Readonly<Record<LevelName, readonly SheetOfCluster[]>>
}

type Of = Pick<Project, 'name' | 'createdAt' | 'encoder'>
const keyOf = ({ name, createdAt }: Of): string => `clusters of ${name} of ${createdAt}`

/** A blob, because a million assignments are 20 MB; computed again where a backup left it out. */
export async function keepClusters(store: Store, of: Of, kept: KeptClusters): Promise<void> {
  const blob = await store.blobs.put(new TextEncoder().encode(JSON.stringify(kept)))
  await store.settings.set(keyOf(of), blob)
}

export async function maybeClusters(store: Store, of: Of): Promise<KeptClusters | undefined> {
  const blob = await store.settings.get(keyOf(of))
  if (typeof blob !== 'string' || !(await store.blobs.has(blob as Hash))) return undefined
  const text = new TextDecoder().decode(await store.blobs.get(blob as Hash))
  const kept = JSON.parse(text) as KeptClusters
  return kept.encoder === of.encoder ? kept : undefined
}

export async function clustersAtHand(store: Store, of: Of): Promise<KeptClusters> {
  const kept = await maybeClusters(store, of)
  if (kept) return kept
  throw new Failure(
    'not-ready',
    `cannot show clusters of ${of.name}: none have been found yet with the encoder ${of.encoder}; ` +
      `bowerbird cluster ${of.name} finds them`,
  )
}

/** For just these images, or nothing where some of them came later. */
export async function clustersOfRows(
  store: Store,
  of: Of,
  ids: readonly ImageId[],
): Promise<Clusters | null> {
  const kept = await maybeClusters(store, of)
  if (!kept) return null
  const placeOf = new Map(kept.ids.map((id, i) => [id, i]))
  if (!ids.every((id) => placeOf.has(id))) return null
  const rows = (of: readonly number[]) => Int32Array.from(ids, (id) => of[placeOf.get(id)!]!)
  return { micro: rows(kept.micro), meta: rows(kept.meta) }
}
