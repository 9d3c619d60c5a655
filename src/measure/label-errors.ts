// Labels that are most likely wrong: what a model that did not see a label says of it (confident learning,
// Northcutt et al. 2021), and what the nearest labelled images are called (SimiFeat, Zhu et al. 2022).
import { assert } from '../base/index.ts'
import { rowOf, squaredLengths, tiles, type Matrix, type Tools } from '../math/index.ts'

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
  /** Whether the model is as sure of another class as it usually is of that class's images. */
  readonly isOff: Uint8Array
  /** The share of the nearest neighbours, by their closeness, that are called the same. */
  readonly agreement: Float32Array
}

const neighbours = 10
const shareOfModel = 0.5

export async function labelDoubts(of: Labelled, tools: Pick<Tools, 'matmul'>): Promise<LabelDoubts> {
  const { labels, probabilities, embeddings } = of
  assert(labels.length === probabilities.rows, 'each label has its row of probabilities')
  assert(labels.length === embeddings.rows, 'each label has its embedding')
  const votes = await votesOf(of, tools)
  const thresholds = classThresholds(labels, probabilities)
  const count = labels.length
  const found = {
    doubt: new Float32Array(count),
    suggested: new Int32Array(count),
    isOff: new Uint8Array(count),
    agreement: new Float32Array(count),
  }
  for (let i = 0; i < count; i++) {
    const [row, vote, label] = [rowOf(probabilities, i), rowOf(votes, i), labels[i]!]
    const blended = row.map((p, c) => shareOfModel * p + (1 - shareOfModel) * vote[c]!)
    found.agreement[i] = vote[label]!
    found.isOff[i] = Number(confidentClass(row, thresholds, label) !== label)
    // (1 − margin) / 2: the margin between a label and its strongest rival runs from −1 to 1.
    found.doubt[i] = Math.min(1, Math.max(0, (1 - (blended[label]! - bestOther(blended, label))) / 2))
    found.suggested[i] = blended.reduce((best, p, c) => (p > blended[best]! ? c : best), label)
  }
  return found
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

function bestOther(row: Float32Array, label: number): number {
  let best = 0
  for (let c = 0; c < row.length; c++) if (c !== label) best = Math.max(best, row[c]!)
  return best
}

/** [images, classes]: what the nearest others are called, each by its cosine; rows sum to 1. */
async function votesOf(
  { labels, embeddings, probabilities }: Labelled,
  tools: Pick<Tools, 'matmul'>,
): Promise<Matrix> {
  const lengths = squaredLengths(embeddings).map((squared) => Math.sqrt(squared) || 1)
  const near = Array.from(labels, (): Neighbour[] => [])
  for await (const { firstQuery, firstRow, products } of tiles(embeddings, embeddings, tools)) {
    for (let q = 0; q < products.rows; q++) {
      const a = firstQuery + q
      for (let r = 0; r < products.columns; r++) {
        const b = firstRow + r
        if (a === b) continue
        const cosine = products.data[q * products.columns + r]! / (lengths[a]! * lengths[b]!)
        keepInto(near[a]!, { row: b, cosine })
      }
    }
  }
  return { rows: labels.length, columns: probabilities.columns, data: ballots(near, labels, probabilities) }
}

type Neighbour = { readonly row: number; readonly cosine: number }

/** The nearest first; at most as many as vote. */
function keepInto(near: Neighbour[], one: Neighbour): void {
  if (near.length === neighbours && one.cosine <= near.at(-1)!.cosine) return
  let at = near.length
  while (at > 0 && near[at - 1]!.cosine < one.cosine) at--
  near.splice(at, 0, one)
  if (near.length > neighbours) near.pop()
}

function ballots(
  near: readonly (readonly Neighbour[])[],
  labels: Int32Array,
  { columns }: Matrix,
): Float32Array {
  const data = new Float32Array(labels.length * columns)
  near.forEach((some, i) => {
    const weights = some.map(({ cosine }) => Math.max(1e-3, cosine))
    const total = weights.reduce((sum, w) => sum + w, 0)
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
