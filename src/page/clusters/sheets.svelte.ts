// The clusters of a project, page after page, as contact sheets.
import { perform, Refusal } from '../client/client.ts'
import type { ClusterView } from '../client/types.ts'
import { faultOf } from '../words.ts'

export type Level = 'micro' | 'meta'
type Asked = { readonly project: string; readonly level: Level; readonly open: boolean }

const atOnce = 20

export class ClusterSheets {
  readonly asked: Asked
  list = $state.raw<readonly ClusterView[]>([])
  state = $state<'reading' | 'unknown' | 'there'>('reading')
  fault = $state<string | null>(null)
  total = $state(0)
  isStale = $state(false)
  #next: number | null = 0
  #reading: Promise<void> | undefined

  constructor(asked: Asked) {
    this.asked = asked
  }
  get hasMore(): boolean {
    return this.list.length < this.total
  }
  /** The next page; only one is read at a time. */
  async more(): Promise<void> {
    if (this.#next === null) return
    this.#reading ??= this.#read(this.#next, atOnce).finally(() => (this.#reading = undefined))
    await this.#reading
  }
  /** Labels changed somewhere: the same clusters are read again. */
  async again(): Promise<void> {
    await this.#reading
    this.#reading = this.#read(0, Math.max(atOnce, this.list.length)).finally(
      () => (this.#reading = undefined),
    )
    await this.#reading
  }
  /** Labelled: the server will not show it again, and the pages behind it move up. */
  drop(cluster: number): void {
    this.list = this.list.filter((one) => one.cluster !== cluster)
    this.total -= 1
    if (this.#next !== null) this.#next = Math.max(0, this.#next - 1)
  }

  async #read(after: number, size: number): Promise<void> {
    try {
      const got = await perform('clusters', { ...this.asked, after, size: Math.min(200, size), each: 24 })
      const known = new Set(got.clusters.map(({ cluster }) => cluster))
      const before = after === 0 ? [] : this.list.filter(({ cluster }) => !known.has(cluster))
      this.list = [...before, ...got.clusters]
      this.#next = got.next
      this.total = got.total
      this.isStale = got.isStale
      this.state = 'there'
      this.fault = null
    } catch (thrown) {
      if (thrown instanceof Refusal && thrown.kind === 'not-ready') this.state = 'unknown'
      else this.fault = faultOf(thrown)
    }
  }
}
