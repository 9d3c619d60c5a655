import { matrix, normaliseInto, placeOfLargest, rowOf, type Matrix, type Tools } from '../math/index.ts'
import type { Level } from './level.ts'
import { softmaxInto } from './rows.ts'
import { blockRows, scorerOf } from './scores.ts'
import type { MethodOptions, Round, Space } from './space.ts'

export type Refined = {
  /** [classes, width] */
  readonly prototypes: Matrix
  readonly history: readonly Round[]
  /** γ of the last round, [groups, classes]; null where groups are single images. */
  readonly shares: Matrix | null
}
type From = { readonly prototypes: Matrix | null; readonly classOf: Int32Array | null }

/** An example moves its class's prototype as much as this many images: five outvote a small cluster. */
const exampleWeight = 10
/** Shares below this part of the largest move nothing: it spares nine tenths of the sums and more. */
const partLeast = 0.01

/**
 * For t = 1…T: γ(k, c) = softmax over c of s(k, c) / τ;
 * P_c = Σ_k γ(k, c) · size_k · cluster_k, of length one.
 */
export async function refineAt(
  space: Space,
  level: Level,
  o: MethodOptions & Pick<Tools, 'matmul'> & { readonly from: Matrix | null },
): Promise<Refined> {
  let state: From = { prototypes: o.from, classOf: null }
  const history: Round[] = []
  const isGrouped = level.clusters > 0
  const shares = isGrouped ? matrix(level.sizes.length, space.classNames.length) : null
  for (let t = 1; t <= o.rounds; t++) {
    const next = await round(space, level, { ...o, ...state, shares })
    history.push({
      step: `${level.name} ${t}`,
      moved: state.prototypes ? movedBetween(state.prototypes, next.prototypes) : 1,
      changed: state.classOf ? changedBetween(state.classOf, next.classOf, level) : 1,
    })
    state = next
  }
  return { prototypes: state.prototypes!, history, shares }
}

type RoundOptions = MethodOptions & Pick<Tools, 'matmul'> & From & { readonly shares: Matrix | null }

async function round(space: Space, level: Level, o: RoundOptions) {
  const scorer = await scorerOf(space, level, o)
  const groups = level.sizes.length
  const sums = matrix(space.classNames.length, space.images.columns)
  const classOf = new Int32Array(groups)
  for (let from = 0; from < groups; from += blockRows) {
    const block = await scorer(from, Math.min(from + blockRows, groups))
    for (let i = 0; i < block.rows; i++) {
      const row = rowOf(block, i)
      softmaxInto(row, o.temperature)
      classOf[from + i] = placeOfLargest(row)
      addShares(sums, row, { direction: rowOf(level.rows, from + i), size: level.sizes[from + i]! })
    }
    o.shares?.data.set(block.data, from * block.columns)
  }
  return { prototypes: prototypesOf(space, sums, o.prototypes), classOf }
}

/** Σ γ · size · direction, into each class's row. */
export function addShares(
  sums: Matrix,
  shares: Float32Array,
  { direction, size }: { readonly direction: Float32Array; readonly size: number },
): void {
  let least = 0
  for (let c = 0; c < shares.length; c++) least = Math.max(least, partLeast * shares[c]!)
  for (let c = 0; c < shares.length; c++) {
    const weight = shares[c]! * size
    if (weight === 0 || shares[c]! < least) continue
    const sum = rowOf(sums, c)
    for (let j = 0; j < sum.length; j++) sum[j]! += weight * direction[j]!
  }
}

/** Examples join in; a class that nobody chose keeps the prototype it had. */
export function prototypesOf({ images, examples }: Space, sums: Matrix, before: Matrix | null): Matrix {
  for (const [image, its] of examples) {
    const sum = rowOf(sums, its)
    const row = rowOf(images, image)
    for (let j = 0; j < sum.length; j++) sum[j]! += exampleWeight * row[j]!
  }
  for (let c = 0; c < sums.rows; c++) {
    const sum = rowOf(sums, c)
    if (before && sum.every((x) => x === 0)) sum.set(rowOf(before, c))
    else normaliseInto(sum)
  }
  return sums
}

/** 1 − cosine, the mean over the classes. */
export function movedBetween(a: Matrix, b: Matrix): number {
  let sum = 0
  for (let i = 0; i < a.data.length; i++) sum += a.data[i]! * b.data[i]!
  return Math.max(0, 1 - sum / a.rows)
}

/** The share of images whose group changed its class. */
function changedBetween(before: Int32Array, now: Int32Array, { sizes }: Level): number {
  let [changed, all] = [0, 0]
  for (const [i, size] of sizes.entries()) {
    all += size
    if (before[i] !== now[i]) changed += size
  }
  return changed / all
}
