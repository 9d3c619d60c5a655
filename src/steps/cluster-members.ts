// The images of a cluster that one name would label.
import { Failure, type Image, type ImageId, type Project } from '../base/index.ts'
import type { Store } from '../store/index.ts'
import { clustersAtHand, type LevelName } from './kept-clusters.ts'

type Wanted = {
  readonly cluster: number
  readonly level: LevelName
  readonly except?: readonly number[] | undefined
}
export type Members = {
  /** Without a label, and not gold: a label that nobody looked at measures nothing. */
  readonly open: readonly Image[]
  readonly before: number
  readonly gold: number
}

export async function membersOf(store: Store, project: Project, of: Wanted): Promise<Members> {
  const { cluster, level } = of
  const kept = await clustersAtHand(store, project)
  if (!kept.sheets[level].some((sheet) => sheet.id === cluster)) {
    throw new Failure(
      'not-found',
      `cannot find cluster ${cluster} of ${project.name}: ${level}-clusters are numbered 0 to ` +
        `${kept.sheets[level].length - 1}`,
    )
  }
  const except = new Set(of.except)
  const ids = kept.ids.filter((id, row) => kept[level][row] === cluster && !except.has(id)) as ImageId[]
  const images = await store.images.byIds(project.name, ids)
  const free = images.filter((image) => image.label === null)
  const open = free.filter((image) => image.split !== 'test')
  return { open, before: images.length - free.length, gold: free.length - open.length }
}
