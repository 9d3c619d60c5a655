import { shuffleInto, type Random } from '../math/index.ts'

/** All places below `count`, in an order by chance. */
export const shuffled = (count: number, random: Random): Int32Array =>
  shuffleInto(
    Int32Array.from({ length: count }, (_, i) => i),
    random,
  )

/** Places by falling score. */
export function bestFirst(scores: ArrayLike<number>, random: Random): Int32Array {
  // Ties fall by chance: by position, a folder in class order would be asked one class at a time.
  return shuffled(scores.length, random).sort((a, b) => scores[b]! - scores[a]!)
}

/** So many places, ascending, drawn by chance; all where there are no more. */
export function sample(count: number, of: number, random: Random): Int32Array {
  if (of <= count) return Int32Array.from({ length: of }, (_, i) => i)
  return shuffled(of, random).subarray(0, count).sort()
}

/** The places of the largest, in no order. */
export function largest(values: ArrayLike<number>, count: number): Int32Array {
  if (values.length <= count) return Int32Array.from({ length: values.length }, (_, i) => i)
  const kept = new Int32Array(count)
  // A heap whose root is the least of those kept.
  const sink = (place: number, from: number, size: number) => {
    let at = from
    for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && values[kept[child + 1]!]! < values[kept[child]!]!) child++
      if (values[kept[child]!]! >= values[place]!) break
      kept[at] = kept[child]!
      at = child
    }
    kept[at] = place
  }
  for (let i = 0; i < count; i++) kept[i] = i
  for (let i = (count >> 1) - 1; i >= 0; i--) sink(kept[i]!, i, count)
  for (let i = count; i < values.length; i++) if (values[i]! > values[kept[0]!]!) sink(i, 0, count)
  return kept
}

/** The first of each list, then the second of each, until there are enough. */
export function inTurns(lists: readonly ArrayLike<number>[], enough: number): number[] {
  const taken: number[] = []
  const longest = lists.reduce((most, list) => Math.max(most, list.length), 0)
  for (let turn = 0; turn < longest && taken.length < enough; turn++) {
    for (const list of lists) if (turn < list.length) taken.push(list[turn]!)
  }
  return taken
}
