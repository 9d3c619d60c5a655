import type { Tools } from '../math/index.ts'
import { checkClusters, checkSpace } from './check-space.ts'
import { clusterers, type ClustererName } from './clusterers.ts'
import { methods, type MethodName } from './methods.ts'
import { unit } from './rows.ts'
import { autoSizes } from './sizes.ts'
import type { Annotation, Clusters, MethodOptions, Space } from './space.ts'

export type AnnotateOptions = Partial<MethodOptions> & {
  readonly method?: MethodName
  /** Clusters at hand, or how to find them. */
  readonly clusters?: Clusters | ClustererName
}
export type Annotated = Annotation & { readonly method: MethodName; readonly clusters: Clusters }

/** What stands when nothing is said; docs/decisions tells what each was measured against. */
export const annotateDefaults = {
  method: 'mixture',
  clusters: 'kmeans',
  rounds: 4,
  temperature: 0.3,
  hold: 0.5,
} as const satisfies Required<AnnotateOptions>

/** Labels every image of a space: from class names, from examples, or from both. */
export async function annotate(space: Space, o: AnnotateOptions, tools: Tools): Promise<Annotated> {
  checkSpace(space)
  const { method, clusters, ...rest } = { ...annotateDefaults, ...o }
  const ready = unitSpace(space)
  const grouped = typeof clusters === 'string' ? await clustersOf(ready, clusters, tools) : clusters
  checkClusters(grouped, ready.images.rows)
  return { ...(await methods[method].run(ready, grouped, { ...rest, ...tools })), method, clusters: grouped }
}

async function clustersOf(space: Space, name: ClustererName, tools: Tools): Promise<Clusters> {
  const micro = await clusterers[name].run(
    space.images,
    autoSizes(space.images.rows, space.classNames.length),
    tools,
  )
  return { micro, meta: null }
}

function unitSpace(space: Space): Space {
  const images = unit(space.images)
  const joint = space.joint === space.images ? images : space.joint && unit(space.joint)
  return { ...space, images, joint, text: space.text && unit(space.text) }
}
