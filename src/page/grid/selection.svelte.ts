import { toggled } from '../state/toggled.ts'

/** Which images are chosen, and where the cursor stands; indexes come from the list, ids are kept. */
export class Selection {
  ids = $state.raw<ReadonlySet<number>>(new Set())
  cursor = $state(-1)
  /** When this choice began: labels know how long they took. */
  since = 0
  #anchor = -1

  get size(): number {
    return this.ids.size
  }
  set(ids: Iterable<number>): void {
    if (this.ids.size === 0) this.since = performance.now()
    this.ids = new Set(ids)
  }
  clear(): void {
    this.ids = new Set()
  }
  /** What a click or an arrow does at an index, as file managers do it. */
  point(index: number, how: { readonly range: boolean; readonly toggle: boolean }, idAt: IdAt): void {
    this.cursor = index
    if (how.range)
      return this.set(how.toggle ? [...this.ids, ...this.#range(index, idAt)] : this.#range(index, idAt))
    this.#anchor = index
    const id = idAt(index)
    if (id === undefined) return this.clear()
    if (!how.toggle) {
      this.since = performance.now()
      return void (this.ids = new Set([id]))
    }
    this.set(toggled(this.ids, id))
  }
  drop(gone: ReadonlySet<number>): void {
    this.ids = new Set([...this.ids].filter((id) => !gone.has(id)))
  }

  #range(index: number, idAt: IdAt): readonly number[] {
    const from = this.#anchor < 0 ? index : this.#anchor
    const [low, high] = from < index ? [from, index] : [index, from]
    return Array.from({ length: high - low + 1 }, (_, i) => idAt(low + i)).filter((id) => id !== undefined)
  }
}
type IdAt = (index: number) => number | undefined
