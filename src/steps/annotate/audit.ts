// What may be promised: the surest labels are proposed, a person answers for a few drawn at random, and only
// what these answers support is kept.
import { createHash } from 'node:crypto'
import type { ImageId, Project } from '../../base/index.ts'
import { randomFrom } from '../../math/index.ts'
import { abstain, auditOf, surest, type Verdict } from '../../measure/index.ts'
import type { Store } from '../../store/index.ts'
import type { Known } from '../../results/index.ts'

/** Which images were drawn to audit which proposal; answers to another proposal's audit prove nothing. */
export type KeptAudit = { readonly proposal: string; readonly images: readonly ImageId[] }
type Of = Pick<Project, 'name' | 'createdAt'>
const keyOf = ({ name, createdAt }: Of): string => `audit of ${name} of ${createdAt}`

export async function maybeAudit(store: Store, of: Of): Promise<KeptAudit | undefined> {
  return ((await store.settings.get(keyOf(of))) ?? undefined) as KeptAudit | undefined
}

export const keepAudit = (store: Store, of: Of, audit: KeptAudit): Promise<void> =>
  store.settings.set(keyOf(of), audit)

type Guesses = { readonly classOf: Int32Array; readonly confidence: Float32Array }
export type Audit = Omit<Verdict, 'kept'> & {
  readonly kept: ReadonlySet<number>
  /** Rows that a person has still to be asked about. */
  readonly open: readonly number[]
}

/** The same labels proposed are the same proposal, whatever their confidence. */
export function proposalOf(
  precision: number,
  guesses: Guesses,
  nameOf: (row: number) => string | number,
): string {
  const hash = createHash('sha256')
  for (const row of surest(precision, guesses).toSorted())
    hash.update(`${nameOf(row)} ${guesses.classOf[row]}\n`)
  return hash.digest('hex').slice(0, 16)
}

export const drawAudit = (
  precision: number,
  guesses: Guesses,
  { examples, seed }: { readonly examples: Known; readonly seed: number },
): readonly number[] => [...auditOf(surest(precision, guesses), examples, randomFrom(seed))]

/** Looked at only when all has been answered: whoever looks after each answer finds a good moment to stop. */
export function judge(
  precision: number,
  guesses: Guesses,
  { drawn, answers }: { readonly drawn: readonly number[]; readonly answers: Known },
): Audit {
  const open = drawn.filter((row) => !answers.has(row))
  const asked = new Map(drawn.flatMap((row) => (answers.has(row) ? [[row, answers.get(row)!]] : [])))
  const { kept, ...verdict } = abstain(precision, guesses, open.length > 0 ? new Map() : asked)
  if (open.length === 0) return { ...verdict, kept: new Set(kept), open }
  const says = `${open.length} of ${drawn.length} questions are open: once they are answered, a precision of ${precision} can be promised or not`
  return { ...verdict, share: 0, promised: false, says, kept: new Set(), open }
}
