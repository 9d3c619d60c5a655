// The two data sets as spaces with their truth; neighbours and clusters of all images are found once.
import {
  annotate,
  picturesOf,
  twoLevels,
  type Annotated,
  type AnnotateOptions,
  type Clusters,
  type Pictures,
  type Space,
} from '../../src/cluster/index.ts'
import { openImages } from '../../src/images/index.ts'
import { randomFrom, stacked, type Matrix } from '../../src/math/index.ts'
import type { Runtime } from '../../src/runtime/index.ts'
import { embedded, type Pictures as Files } from '../embedded.ts'
import { cifarPictures, maybeCaltechPictures } from '../learning/pictures.ts'

/** The quick form draws less often and tries fewer methods; BOWERBIRD_BENCH_FULL=1 does all. */
export const isFull = Boolean(process.env['BOWERBIRD_BENCH_FULL'])

export type Set = {
  readonly name: string
  readonly space: Space
  readonly truth: Int32Array
  readonly pictures: Pictures
  readonly clusters: Clusters
}
export type Hands = { readonly runtime: Runtime; readonly say: (text: string) => void }

const cifarNames = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ')

/** All of Caltech-101 without its background, and 7,000 images of CIFAR-10; none where the first is not there. */
export async function setsOf(hands: Hands): Promise<readonly Set[]> {
  const caltech = await maybeCaltechPictures(hands.say)
  if (!caltech) return []
  const { train, test } = await cifarPictures({ train: 5000, test: 2000 }, hands.say)
  const cifar = [train, test] as const
  return [
    await setOf('Caltech-101', { files: [caltech.pictures], classNames: caltech.classNames }, hands),
    await setOf('CIFAR-10', { files: cifar, classNames: cifarNames }, hands),
  ]
}

type Labelled = Files & { readonly labels: Int32Array }
type From = { readonly files: readonly Labelled[]; readonly classNames: readonly string[] }

async function setOf(name: string, { files, classNames }: From, { runtime, say }: Hands): Promise<Set> {
  const shops = openImages({ pixelsMax: 50_000_000, bytesMax: 100_000_000, children: 1 })
  const parts: Matrix[] = []
  for (const file of files) parts.push(await embedded(file, 'resnet50', { runtime, images: shops, say }))
  await shops.close()
  const images = stacked(parts)
  const told = { say: ({ sentence }: { readonly sentence: string }) => say(sentence) }
  const text = await runtime.textOf(classNames, told)
  const joint = await runtime.jointOf(images, { encoder: 'resnet50', ...told })
  const tools = toolsOf(runtime)
  const pictures = await picturesOf(images, tools)
  say(`${name}: neighbours found`)
  const clusters = await twoLevels(images, { by: 'kmeans', classes: classNames.length }, tools)
  say(`${name}: clusters found`)
  const truth = Int32Array.from(files.flatMap((file) => [...file.labels]))
  return { name, space: { images, joint, text, classNames, examples: new Map() }, truth, pictures, clusters }
}

export const toolsOf = ({ matmul }: Pick<Runtime, 'matmul'>) => ({ random: randomFrom(1), matmul })

/** What is at hand need not be found again; a part of the space is annotated without. */
export const labelled = (
  { space, pictures, clusters }: Set,
  o: AnnotateOptions & { readonly given?: Partial<Space> },
  runtime: Runtime,
): Promise<Annotated> => {
  const { given, ...options } = o
  return annotate({ ...space, ...given }, { pictures, clusters, ...options }, toolsOf(runtime))
}

/** Of those that a person did not label. */
export function shareRight(
  classOf: ArrayLike<number>,
  truth: Int32Array,
  examples: ReadonlyMap<number, number> = new Map(),
): number {
  let [right, all] = [0, 0]
  for (const [i, its] of truth.entries()) {
    if (examples.has(i)) continue
    all++
    right += Number(classOf[i] === its)
  }
  return right / all
}

export const percent = (share: number): string => (100 * share).toFixed(1)
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, x) => sum + x, 0) / values.length
