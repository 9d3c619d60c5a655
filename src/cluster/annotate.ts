import type { Matrix, Tools } from '../math/index.ts'
import { checkClusters, checkSpace } from './check-space.ts'
import type { ClustererName, Grouped } from './clusterers.ts'
import { methods, type MethodName } from './methods.ts'
import { roots } from './pictures.ts'
import { unit } from './rows.ts'
import type { Annotation, Clusters, MethodOptions, Space } from './space.ts'
import { joined, twoLevels } from './two-levels.ts'

export type AnnotateOptions = Partial<MethodOptions> & {
  readonly method?: MethodName
  /** Clusters at hand, or how to find them. */
  readonly clusters?: Clusters | ClustererName
}
export type Annotated = Annotation & { readonly method: MethodName; readonly clusters: Clusters } & Pick<
    Grouped,
    'recall'
  >

/** What stands when nothing is said; docs/decisions tells what each was measured against. */
export const annotateDefaults = {
  method: 'mixture',
  clusters: 'kmeans',
  rounds: 4,
  temperature: 0.3,
  hold: 0.5,
} as const satisfies Required<Omit<AnnotateOptions, 'pictures' | 'isGuarded'>>

/** Labels every image of a space: from class names, from examples, or from both. */
export async function annotate(space: Space, o: AnnotateOptions, tools: Tools): Promise<Annotated> {
  checkSpace(space)
  const { method, clusters, ...rest } = { ...annotateDefaults, ...o }
  const ready = unitSpace(space)
  const { recall, ...grouped } = await clustersOf(ready, clusters, tools)
  const found = await methods[method].run(ready, grouped, { ...rest, ...tools })
  return { ...found, method, clusters: grouped, recall }
}

async function clustersOf(
  { images, classNames }: Space,
  clusters: Clusters | ClustererName,
  tools: Tools,
): Promise<Clusters & Pick<Grouped, 'recall'>> {
  const classes = classNames.length
  if (typeof clusters === 'string') return twoLevels(images, { by: clusters, classes }, tools)
  checkClusters(clusters, images.rows)
  const { micro, meta } = clusters
  return { micro, meta: meta ?? (await joined(images, micro, { classes, tools })), recall: null }
}

function unitSpace(space: Space): Space {
  const images = unit(space.images)
  if (!space.joint || !space.text) return { ...space, images, joint: null, text: null }
  if (space.joint === space.images) return { ...space, images, joint: images, text: unit(space.text) }
  return { ...space, images, ...jointly(unit(space.joint), unit(space.text)) }
}

/**
 * Shares of labels by their roots (Caltech-101's names alone: 47.8% right, 47.0% without), which are not of
 * length one again: what shows many labels differs more between names, and settles 2 points higher so.
 */
function jointly(joint: Matrix, text: Matrix): Pick<Space, 'joint' | 'text'> {
  const [images, names] = [roots(joint), roots(text)]
  return images === joint || names === text ? { joint, text } : { joint: images, text: names }
}
