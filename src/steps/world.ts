import type { Progress, Time } from '../base/index.ts'
import type { Images } from '../images/index.ts'
import type { Runtime } from '../runtime/index.ts'
import type { Store } from '../store/index.ts'
import type { Configuration } from './configuration.ts'

/** All that a step may touch outside itself. Only `src/main.ts` and `src/index.ts` build the real one. */
export type World = {
  readonly store: Store
  readonly images: Images
  readonly runtime: Runtime
  readonly configuration: Configuration
  readonly now: () => Time
  /** Aborted when the step is cancelled; its reason is a Failure. */
  readonly signal: AbortSignal
  readonly progress: (progress: Progress) => void
  /** Data, never prose. */
  readonly log: (event: string, fields: Readonly<Record<string, unknown>>) => void
}
