// Labels that are most likely wrong: what a model that did not see a label says of it (confident learning,
// Northcutt et al. 2021), and what the nearest labelled images are called (SimiFeat, Zhu et al. 2022).
import { assert } from '../base/index.ts'
import { rowOf, squaredLengths, sumOf, tiles, type Matrix, type Tools } from '../math/index.ts'

type Labelled = {
  /** For each row, the class that it was given. */
  readonly labels: Int32Array
  /** [images, classes], each row by a model that did not learn from it. */
  readonly probabilities: Matrix
  readonly embeddings: Matrix
}
export type LabelDoubts = {
  /** 0: surely right; 1: surely wrong. */
  readonly doubt: Float32Array
  /** The likeliest class; a label's own where nothing speaks against it. */
  readonly suggested: Int32Array
  /** Whether it is one of the most doubtful: as many as there are labels confidently called otherwise. */
  readonly isOff: Uint8Array
  /** The share of the nearest neighbours, by their closeness, that are called the same. */
  readonly agreement: Float32Array
}

const shareOfModel = 0.5

export async function labelDoubts(of: Labelled, tools: Pick<Tools, 'matmul'>): Promise<LabelDoubts> {
  const { labels, probabilities, embeddings } = of
  assert(labels.length === probabilities.rows, 'each label has its row of probabilities')
  assert(labels.length === embeddings.rows, 'each label has its embedding')
  const votes = await votesOf(of, tools)
  const blend = blended(probabilities, votes)
  // The margin to the strongest rival instead: AUROC .990 in place of .994 with 5% wrong.
  const doubt = Float32Array.from(labels, (label, i) => Math.max(0, 1 - rowOf(blend, i)[label]!))
  const suggested = labels.map((label, i) => likeliest(rowOf(blend, i), label))
  return {
    doubt,
    suggested,
    isOff: mostDoubtful({ labels, doubt, suggested }, confidentlyOther(labels, blend)),
    agreement: Float32Array.from(labels, (label, i) => rowOf(votes, i)[label]!),
  }
}

/** Its label where no other class is likelier. */
function likeliest(row: Float32Array, label: number): number {
  let best = label
  for (let c = 0; c < row.length; c++) if (row[c]! > row[best]!) best = c
  return best
}

function blended(probabilities: Matrix, votes: Matrix): Matrix {
  const { rows, columns } = probabilities
  const data = probabilities.data.map((p, i) => shareOfModel * p + (1 - shareOfModel) * votes.data[i]!)
  return { rows, columns, data }
}

/** How many labels are surely meant for another class: of which ones it is, doubts tell better. */
function confidentlyOther(labels: Int32Array, blend: Matrix): number {
  const thresholds = classThresholds(labels, blend)
  const isOther = (label: number, i: number) => confidentClass(rowOf(blend, i), thresholds, label) !== label
  return labels.filter(isOther).length
}

type Doubted = Pick<LabelDoubts, 'doubt' | 'suggested'> & { readonly labels: Int32Array }

function mostDoubtful({ labels, doubt, suggested }: Doubted, count: number): Uint8Array {
  const isOff = new Uint8Array(labels.length)
  const places = [...labels.keys()].filter((i) => suggested[i] !== labels[i])
  for (const i of places.sort((a, b) => doubt[b]! - doubt[a]!).slice(0, count)) isOff[i] = 1
  return isOff
}

/** How sure the model is of a class, on average, of the images that were given it. */
export function classThresholds(labels: Int32Array, probabilities: Matrix): Float32Array {
  const { columns } = probabilities
  const [sums, counts] = [new Float64Array(columns), new Int32Array(columns)]
  labels.forEach((label, i) => {
    sums[label]! += rowOf(probabilities, i)[label]!
    counts[label]!++
  })
  // A class that nobody was given is never confidently meant.
  return Float32Array.from(sums, (sum, c) => (counts[c] === 0 ? Infinity : sum / counts[c]!))
}

/** The likeliest of the classes that the model is here as sure of as usual; the label where there is none. */
export function confidentClass(row: Float32Array, thresholds: Float32Array, label: number): number {
  let best = -1
  for (let c = 0; c < row.length; c++) {
    if (row[c]! >= thresholds[c]! && (best < 0 || row[c]! > row[best]!)) best = c
  }
  return best < 0 ? label : best
}

// AUROC with 5% and 30% of 4,736 labels wrong: .994 and .987 by ten neighbours, .994 and .990 by 30.
const neighbours = { fewest: 10, most: 30 }
/** Closeness counts to this power: AUROC gains .0004 where 5% are wrong. */
const sharpness = 12

/** No more than half of a class's images: of a small class most neighbours are others' otherwise. */
const votersOf = ({ labels, probabilities }: Labelled): number =>
  Math.min(
    neighbours.most,
    Math.max(neighbours.fewest, Math.floor(labels.length / probabilities.columns / 2)),
  )

/** [images, classes]: what the nearest others are called, each by its cosine; rows sum to 1. */
async function votesOf(of: Labelled, tools: Pick<Tools, 'matmul'>): Promise<Matrix> {
  const { labels, embeddings, probabilities } = of
  const voters = votersOf(of)
  const lengths = squaredLengths(embeddings).map((squared) => Math.sqrt(squared) || 1)
  const near = Array.from(labels, (): Neighbour[] => [])
  for await (const { firstQuery, firstRow, products } of tiles(embeddings, embeddings, tools)) {
    for (let q = 0; q < products.rows; q++) {
      const a = firstQuery + q
      for (let r = 0; r < products.columns; r++) {
        const b = firstRow + r
        if (a === b) continue
        const cosine = products.data[q * products.columns + r]! / (lengths[a]! * lengths[b]!)
        keepInto(near[a]!, { row: b, cosine }, voters)
      }
    }
  }
  return { rows: labels.length, columns: probabilities.columns, data: ballots(near, labels, probabilities) }
}

type Neighbour = { readonly row: number; readonly cosine: number }

/** The nearest first; at most as many as vote. */
function keepInto(near: Neighbour[], one: Neighbour, voters: number): void {
  if (near.length === voters && one.cosine <= near.at(-1)!.cosine) return
  let at = near.length
  while (at > 0 && near[at - 1]!.cosine < one.cosine) at--
  near.splice(at, 0, one)
  if (near.length > voters) near.pop()
}

function ballots(
  near: readonly (readonly Neighbour[])[],
  labels: Int32Array,
  { columns }: Matrix,
): Float32Array {
  const data = new Float32Array(labels.length * columns)
  near.forEach((some, i) => {
    const weights = some.map(({ cosine }) => Math.max(1e-3, cosine) ** sharpness)
    const total = sumOf(weights)
    some.forEach(({ row }, k) => (data[i * columns + labels[row]!]! += weights[k]! / total))
    if (some.length === 0) data[i * columns + labels[i]!] = 1
  })
  return data
}

/** The chance that one that is so scores higher than one that is not; ties count half (Mann and Whitney). */
export function auroc(scores: ArrayLike<number>, isSo: ArrayLike<number>): number {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!)
  let [ranks, so] = [0, 0]
  for (let from = 0; from < order.length;) {
    let to = from
    while (to < order.length && scores[order[to]!] === scores[order[from]!]) to++
    for (let i = from; i < to; i++) {
      if (!isSo[order[i]!]) continue
      ranks += (from + to + 1) / 2
      so++
    }
    from = to
  }
  const others = order.length - so
  return so === 0 || others === 0 ? 0.5 : (ranks - (so * (so + 1)) / 2) / (so * others)
}
