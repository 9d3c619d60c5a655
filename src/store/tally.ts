import { splits, type Split } from '../base/index.ts'
import type { Writing } from './sqlite.ts'

/** What one transaction changes of the counters, written once at its end. */
export type Tally = {
  add(split: Split, change: { readonly images?: number; readonly labelled?: number }): void
  write(w: Writing, project: number): void
}

const update = 'update tally set images = images + ?, labelled = labelled + ? where project = ? and split = ?'

export function openTally(): Tally {
  const changes = new Map(splits.map((split) => [split, { images: 0, labelled: 0 }]))
  return {
    add(split, { images = 0, labelled = 0 }) {
      const change = changes.get(split)!
      change.images += images
      change.labelled += labelled
    },
    write(w, project) {
      const rows = [...changes].filter(([, c]) => c.images !== 0 || c.labelled !== 0)
      w.many(
        update,
        rows.map(([split, c]) => [c.images, c.labelled, project, split]),
      )
    },
  }
}
