// Labels and what of them may be promised: the whole of `annotate`, short of where its results go.
import type { Item } from '../../results/index.ts'
import { drawAudit, judge, proposalOf, type Audit } from './audit.ts'
import { labelAll, type HowToLabel, type Labelled } from './label.ts'
import type { DrawnAudit, Material } from './material.ts'
import type { World } from '../world.ts'

export type Found = {
  readonly material: Material
  readonly labelled: Labelled
  readonly audit: (Audit & DrawnAudit) | null
  /** Whether a row's label is kept; all are where nothing has to be promised. */
  readonly isKept: (row: number) => boolean
}
export type HowToFind = {
  readonly materialOf: (o: { readonly auditAside: boolean }) => Promise<Material>
  readonly howOf: (material: Material) => HowToLabel
  readonly precision: number | undefined
}

export const nameOf = ({ image, name }: Item): string => (image === null ? name : String(image))

export async function find(how: HowToFind, world: World): Promise<Found> {
  const { precision, materialOf, howOf } = how
  const auditAside = precision !== undefined
  const material = await materialOf({ auditAside })
  const labelled = await labelAll(material, howOf(material), world)
  if (precision === undefined) return { material, labelled, audit: null, isKept: () => true }
  const proposal = proposalOf(precision, labelled, (row) => nameOf(material.items[row]!))
  if (material.audit?.proposal === proposal) {
    const { rows } = material.audit
    const judged = judge(precision, labelled, { drawn: rows, answers: material.audited })
    return { material, labelled, audit: { ...judged, proposal, rows }, isKept: (row) => judged.kept.has(row) }
  }
  if (material.audited.size === 0) return drawn({ material, labelled, precision, proposal })
  // Answers to the audit of another proposal are examples from now on.
  const anew = await materialOf({ auditAside: false })
  const again = await labelAll(anew, howOf(anew), world)
  const next = proposalOf(precision, again, (row) => nameOf(anew.items[row]!))
  return drawn({ material: anew, labelled: again, precision, proposal: next })
}

function drawn(of: {
  readonly material: Material
  readonly labelled: Labelled
  readonly precision: number
  readonly proposal: string
}): Found {
  const { material, labelled, precision, proposal } = of
  const { settled: examples, seed } = material
  const rows = drawAudit(precision, labelled, { examples, seed })
  const judged = judge(precision, labelled, { drawn: rows, answers: new Map() })
  return { material, labelled, audit: { ...judged, proposal, rows }, isKept: (row) => judged.kept.has(row) }
}
