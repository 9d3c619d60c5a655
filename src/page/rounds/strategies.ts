// What a session can be told to ask by; the type says when a row is missing.
import type { InputOf } from '../../steps/index.ts'

type Name = NonNullable<InputOf<'session-create'>['strategy']>
const known = {
  auto: true,
  doubtherding: true,
  uherding: true,
  'covering-margin': true,
  margin: true,
  typical: true,
  maxherding: true,
  refine: true,
  badge: true,
  bait: true,
  'batch-bald': true,
  bald: true,
  entropy: true,
  'least-confidence': true,
  'variation-ratio': true,
  disagreement: true,
  combined: true,
  'cost-aware': true,
  'k-center': true,
  'k-means++': true,
  probcover: true,
  clue: true,
  dropquery: true,
  density: true,
  dpp: true,
  clusters: true,
  'class-balanced': true,
  stratified: true,
  random: true,
} satisfies Record<Name, true>
export const strategies = Object.keys(known) as readonly Name[]
