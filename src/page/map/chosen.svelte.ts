export type How = 'only' | 'add' | 'take'

/** Which points of a map are chosen: a byte each, so that a stroke around 50,000 costs nothing. */
export class Chosen {
  mask = new Uint8Array()
  count = $state(0)
  tick = $state(0)
  /** When this choice began: labels know how long they took. */
  since = 0

  /** For a map of so many points, of which some were chosen before. */
  begin(count: number, before: readonly number[]): void {
    this.mask = new Uint8Array(count)
    this.choose(before, 'only')
  }
  choose(indexes: readonly number[], how: How): void {
    if (this.count === 0) this.since = performance.now()
    if (how === 'only') this.mask.fill(0)
    for (const index of indexes) this.mask[index] = how === 'take' ? 0 : 1
    this.#tell()
  }
  clear(): void {
    this.mask.fill(0)
    this.#tell()
  }
  get indexes(): readonly number[] {
    void this.tick
    const all: number[] = []
    for (let i = 0; i < this.mask.length; i++) if (this.mask[i] === 1) all.push(i)
    return all
  }
  #tell(): void {
    this.count = this.mask.reduce((sum, one) => sum + one, 0)
    this.tick++
  }
}
