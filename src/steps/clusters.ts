import { z } from 'zod'
import type { ClassId, Image, ImageId } from '../base/index.ts'
import type { Store } from '../store/index.ts'
import { projectField } from './fields.ts'
import { clustersAtHand, levels, type SheetOfCluster } from './kept-clusters.ts'
import { labelsOfImages } from './people.ts'
import { namesById, showImages, type ClassNames } from './show.ts'
import { step } from './step.ts'
import { ImageView } from './views.ts'

const share = z.number().min(0).max(1)
export const levelField = z
  .enum(levels)
  .default('meta')
  .describe('small clusters (micro), or large ones made of them (meta)')

const ClusterView = z.object({
  cluster: z.int().describe('its number'),
  size: z.int(),
  open: z.int().describe('how many of its images one name would label: those without a label, gold aside'),
  label: z.string().nullable().describe('the class that most of its labelled images have'),
  purity: share.nullable().describe('a guess of the share that shows one thing'),
  purityFrom: z.enum(['labels', 'neighbours']).nullable().describe('what the guess goes by'),
  images: z.array(ImageView).describe('from its middle to its rim'),
})

export const clusters = step({
  name: 'clusters',
  summary: 'Show the clusters of a project as contact sheets, the largest first',
  input: z.object({
    project: projectField,
    level: levelField,
    open: z.boolean().default(false).describe('only clusters that have images without a label'),
    after: z.int().min(0).default(0).describe('how many clusters to pass over'),
    size: z.int().min(1).max(200).default(40).describe('how many clusters to show'),
    each: z.int().min(0).max(24).default(12).describe('how many images to show of each'),
  }),
  output: z.object({
    clusters: z.array(ClusterView),
    total: z.int(),
    next: z.int().nullable().describe('the `after` of the page that follows'),
    isStale: z.boolean().describe('whether images came since; the step cluster takes them in'),
  }),
  takes: 'a moment',
  runs: 'here',
  reads: true,
  positional: ['project'],
  async run({ project: name, level, open, after, size, each }, { store }) {
    const project = await store.projects.get(name)
    const kept = await clustersAtHand(store, project)
    const known = await knownOf(store, name)
    const members = Map.groupBy(kept.ids.keys(), (row) => kept[level][row]!)
    const idsOf = ({ id }: SheetOfCluster) => members.get(id)!.map((row) => kept.ids[row]!)
    const all = kept.sheets[level]
      .map((sheet) => ({ sheet, ...seen(sheet, idsOf(sheet), known) }))
      .filter((it) => !open || it.open > 0)
      .sort((a, b) => b.sheet.size - a.sheet.size || a.sheet.id - b.sheet.id)
    const page = all.slice(after, after + size)
    const views = await viewsOf(
      store,
      name,
      page.flatMap(({ sheet }) => sheet.typical.slice(0, each)),
    )
    return {
      clusters: page.map(({ sheet, ...rest }) => ({
        cluster: sheet.id,
        size: sheet.size,
        ...rest,
        images: sheet.typical.slice(0, each).flatMap((id) => views.get(id) ?? []),
      })),
      total: all.length,
      next: after + size < all.length ? after + size : null,
      isStale: (await store.embeddings.count(name, project.encoder)) !== kept.ids.length,
    }
  },
})

type Known = {
  readonly labels: ReadonlyMap<ImageId, ClassId>
  /** Those for which a person looked at the very image. */
  readonly looked: ReadonlyMap<ImageId, ClassId>
  readonly gold: ReadonlySet<number>
  readonly names: ClassNames
}

async function knownOf(store: Store, project: string): Promise<Known> {
  return {
    labels: await store.labels.current(project),
    looked: await labelsOfImages(store, project),
    gold: new Set(await store.images.ids(project, { split: 'test' })),
    names: namesById(await store.classes.list(project)),
  }
}

/** Fewer labels say less than the neighbours do. */
const labelsForPurity = 5

function seen(sheet: SheetOfCluster, ids: readonly number[], { labels, looked, gold, names }: Known) {
  const own = ids as readonly ImageId[]
  const [most] = countsOf(own, labels)
  const known = countsOf(own, looked)
  const labelled = known.reduce((sum, [, count]) => sum + count, 0)
  const byLabels = labelled >= labelsForPurity
  const purity = byLabels ? known[0]![1] / labelled : sheet.agreement
  const purityFrom = byLabels ? ('labels' as const) : purity === null ? null : ('neighbours' as const)
  return {
    open: own.filter((id) => !labels.has(id) && !gold.has(id)).length,
    label: most ? (names.get(most[0]) ?? null) : null,
    purity,
    purityFrom,
  }
}

/** The most frequent first. */
function countsOf(
  ids: readonly ImageId[],
  labels: ReadonlyMap<ImageId, ClassId>,
): readonly (readonly [ClassId, number])[] {
  const members = Map.groupBy(
    ids.flatMap((id) => labels.get(id) ?? []),
    (its) => its,
  )
  return [...members].map(([its, own]) => [its, own.length] as const).sort((a, b) => b[1] - a[1])
}

async function viewsOf(
  store: Store,
  project: string,
  ids: readonly number[],
): Promise<ReadonlyMap<number, ImageView>> {
  const images: readonly Image[] = await store.images.byIds(project, ids as readonly ImageId[])
  return new Map((await showImages(store, project, images)).map((view) => [view.id, view]))
}
