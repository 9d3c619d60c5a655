// What metadata.json says: everything that was found, from which report and plots are drawn.
import { meanOf, rowOf, sumOf } from '../math/index.ts'
import type { LabelledSet } from './labelled-set.ts'
import { partsOf, type Part, type Shares } from './splits.ts'

export type ImageRecord = {
  readonly path: string
  /** Where the picture was put, within the results; null where there was none to put. */
  readonly file: string | null
  readonly label: string
  readonly confidence: number
  readonly runnerUp: string | null
  readonly cluster: number
  readonly split: Part
  /** Whether a person said so. */
  readonly said: boolean
  /** Whether the label may be relied on, where a precision was asked for. */
  readonly kept: boolean
  /** Its place on the map. */
  readonly at: readonly [number, number]
}
export type Metadata = {
  readonly title: string
  readonly says: string
  readonly method: string
  readonly seed: number
  readonly classes: readonly {
    readonly name: string
    readonly images: number
    readonly confidence: number
    readonly splits: Readonly<Record<Part, number>>
  }[]
  readonly confidence: { readonly mean: number; readonly median: number; readonly least: number }
  readonly measured: LabelledSet['measured']
  readonly audit: { readonly promised: boolean; readonly bound: number; readonly says: string } | null
  readonly history: LabelledSet['history']
  /** How many images of each cluster went to each class; counts that are 0 are left out. */
  readonly alignment: readonly {
    readonly cluster: number
    readonly images: number
    readonly classes: Readonly<Record<string, number>>
  }[]
  readonly images: readonly ImageRecord[]
}

export type Recording = {
  readonly seed: number
  readonly shares: Shares
  /** Row → where its picture went. */
  readonly files: readonly (string | null)[]
  /** Row → its place on the map. */
  readonly at: (row: number) => readonly [number, number]
}

export function metadataOf(set: LabelledSet, says: string, o: Recording): Metadata {
  const { seed, shares, files, at } = o
  const { title, classNames, items, method, classOf, confidence, runnerUp, audit } = set
  const splits = partsOf(items, classOf, { shares, seed })
  const images = items.map(({ name }, row): ImageRecord => ({
    path: name,
    file: files[row] ?? null,
    label: classNames[classOf[row]!]!,
    confidence: rounded(confidence[row]!),
    runnerUp: classNames[runnerUp[row]!] ?? null,
    cluster: set.clusterOf[row]!,
    split: splits[row]!,
    said: set.said.has(row),
    kept: set.isKept(row),
    at: at(row),
  }))
  const sorted = confidence.toSorted()
  return {
    title,
    says,
    method,
    seed,
    classes: classesOf(classNames, images),
    confidence: {
      mean: rounded(meanOf(sorted)),
      median: rounded(sorted[Math.floor(sorted.length / 2)]!),
      least: rounded(sorted[0]!),
    },
    measured: set.measured,
    audit: audit && { promised: audit.promised, bound: rounded(audit.bound), says: audit.says },
    history: set.history,
    alignment: alignmentOf(set),
    images,
  }
}

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4

function classesOf(names: readonly string[], images: readonly ImageRecord[]): Metadata['classes'] {
  const members = Map.groupBy(images, ({ label }) => label)
  return names.map((name) => {
    const own = members.get(name) ?? []
    const splits = { train: 0, val: 0, test: 0 }
    let sum = 0
    for (const { split, confidence } of own) {
      splits[split]++
      sum += confidence
    }
    return { name, images: own.length, confidence: rounded(sum / Math.max(1, own.length)), splits }
  })
}

function alignmentOf({ classNames, clusterIds, counts }: LabelledSet): Metadata['alignment'] {
  return clusterIds.map((cluster, i) => {
    const row = rowOf(counts, i)
    const classes = Object.fromEntries(
      [...row].flatMap((count, c) => (count > 0 ? [[classNames[c]!, count]] : [])),
    )
    return { cluster, images: sumOf(row), classes }
  })
}
