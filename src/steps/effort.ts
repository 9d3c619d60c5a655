import { z } from 'zod'
import type { LedgerEntry, Position, Project } from '../base/index.ts'
import type { Store } from '../store/index.ts'
import { projectField } from './fields.ts'
import { isByItself } from './people.ts'
import { step } from './step.ts'

export const effort = step({
  name: 'effort',
  summary: 'Say how many labels each action of a person brought',
  input: z.object({ project: projectField }),
  output: z.object({
    labels: z.int().describe('given by people, less those that were undone'),
    actions: z.int().describe('one key or one click each: answers, whole clusters, skips, undos'),
    labelsPerAction: z.number().nullable(),
  }),
  takes: 'a moment',
  runs: 'apart',
  reads: true,
  positional: ['project'],
  async run({ project: name }, { store }) {
    const { labels, actions } = await tallyOf(store, await store.projects.get(name))
    return { labels, actions, labelsPerAction: actions === 0 ? null : labels / actions }
  },
})

type Tally = {
  position: Position
  labels: number
  actions: number
  /** The act of the newest entry, or its undoing: events of one act follow one another. */
  act: string
  /** Stretches of entries that count as no label: imports, skips, what annotate wrote by itself. */
  readonly idle: { readonly from: number; to: number }[]
}
const tallies = new WeakMap<Store, Map<string, Tally>>()
const pageSize = 10_000

/** Read on from where it stood: a ledger of a million entries is read once a process. */
async function tallyOf(store: Store, { name, createdAt }: Project): Promise<Tally> {
  const kept = tallies.get(store) ?? new Map<string, Tally>()
  tallies.set(store, kept)
  const key = `${name} ${createdAt}`
  const before = kept.get(key) ?? { position: 0 as Position, labels: 0, actions: 0, act: '', idle: [] }
  const tally = { ...before, idle: before.idle.map((stretch) => ({ ...stretch })) }
  for (;;) {
    const page = await store.labels.ledger(name, tally.position, pageSize)
    for (const entry of page) noteInto(tally, entry)
    if (page.length < pageSize) break
  }
  kept.set(key, tally)
  return tally
}

function noteInto(tally: Tally, entry: LedgerEntry): void {
  const isByPerson = entry.origin !== 'import' && !isByItself(entry)
  const act = `${entry.act} ${entry.undoes === null}`
  if (isByPerson && act !== tally.act) tally.actions++
  if (entry.undoes !== null) {
    if (!tally.idle.some(({ from, to }) => from <= entry.undoes! && entry.undoes! <= to)) tally.labels--
  } else if (isByPerson && entry.class !== null && entry.origin !== 'skip' && entry.origin !== 'reject') {
    tally.labels++
  } else passOverInto(tally.idle, entry.position)
  tally.act = act
  tally.position = entry.position
}

function passOverInto(idle: Tally['idle'], position: number): void {
  const last = idle.at(-1)
  if (last?.to === position - 1) last.to = position
  else idle.push({ from: position, to: position })
}
