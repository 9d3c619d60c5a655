// What makes several heads of one: other draws of its labels, and embeddings that lack a part.
import { matrix, type Matrix, type Random } from '../math/index.ts'

/** As many labels as there are, drawn with replacement within each class, so that none is lost. */
export function bootstrap(classOf: ArrayLike<number>, random: Random): Int32Array {
  const members = new Map<number, number[]>()
  for (let i = 0; i < classOf.length; i++) {
    const its = members.get(classOf[i]!) ?? []
    its.push(i)
    members.set(classOf[i]!, its)
  }
  return Int32Array.from(classOf, (its) => {
    const kin = members.get(its)!
    return kin[random.below(kin.length)]!
  })
}

const kept = 4 // one number in four stays, as in DropQuery, and counts four times
const decisions = 16 // of two bits each, from one draw: a draw a number would take a second at 10,000 × 2048

/** A copy of which three quarters of the numbers are hidden, others in each row. */
export function masked({ rows, columns, data }: Matrix, random: Random): Matrix {
  const copy = matrix(rows, columns)
  for (let from = 0; from < data.length; from += decisions) {
    let bits = random.below(2 ** 32)
    const to = Math.min(data.length, from + decisions)
    for (let i = from; i < to; i++, bits >>>= 2) if ((bits & 3) === 0) copy.data[i] = kept * data[i]!
  }
  return copy
}
