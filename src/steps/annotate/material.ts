// What there is to label, wherever it came from: a project, files, or made up to show how it goes.
import type { Clusters, MethodName, Space } from '../../cluster/index.ts'
import type { Item, Known, Pictures } from '../../results/index.ts'

export type Material = {
  readonly title: string
  /** What it begins from: "from 12 labelled images". */
  readonly says: string
  /** What to do next, where more is needed of a person. */
  readonly hint: string | null
  /** The method that fits, unless one is asked for. */
  readonly method: MethodName | null
  readonly space: Space
  readonly items: readonly Item[]
  /** Those at hand; they are computed when missing. */
  readonly clusters: Clusters | null
  /** What people said, examples or not: it stands in the results as they said it. */
  readonly settled: Known
  /** Known, but not shown to the method: only to measure it by. */
  readonly hidden: Known
  readonly hiddenIs: 'gold' | 'truth'
  /** The questions of the last audit, where there was one, and what was answered. */
  readonly audit: DrawnAudit | null
  readonly audited: Known
  readonly seed: number
  readonly pictures: Pictures
  /** Files that belong into the results, by name. */
  readonly beside: ReadonlyMap<string, string>
  /** What was found beside these and could not be read. */
  readonly unread: readonly { readonly name: string; readonly reason: string }[]
}

/** Rows drawn to audit a proposal; answers to the audit of another proposal prove nothing. */
export type DrawnAudit = { readonly proposal: string; readonly rows: readonly number[] }

/** As a part of a sentence: "from 10 class names and 3 labelled images". */
export function begunFrom(examples: number, names: number): string {
  const parts = [
    ...(names > 0 ? [`${names} class name${names === 1 ? '' : 's'}`] : []),
    ...(examples > 0 ? [`${examples} labelled image${examples === 1 ? '' : 's'}`] : []),
  ]
  return `from ${parts.join(' and ')}`
}
