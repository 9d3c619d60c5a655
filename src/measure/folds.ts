import { assert } from '../base/index.ts'
import { shuffleInto, type Random } from '../math/index.ts'

/** The fold of each row; every class is spread over the folds as evenly as it can be. */
export function stratifiedFolds(classOf: Int32Array, folds: number, random: Random): Int32Array {
  assert(folds >= 2, `there are at least 2 folds, not ${folds}`)
  const rowsOfClass = Map.groupBy(classOf.keys(), (row) => classOf[row]!)
  const foldOf = new Int32Array(classOf.length)
  // Dealt on from class to class: begun anew each time, fold 0 would get every small class's only row.
  let dealt = 0
  for (const [, rows] of [...rowsOfClass].sort(([a], [b]) => a - b)) {
    for (const row of shuffleInto(rows, random)) foldOf[row] = dealt++ % folds
  }
  return foldOf
}
