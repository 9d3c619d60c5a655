// The points of a project's map: parallel arrays, so that 100,000 are read, changed and drawn in no time.
import { perform, Refusal } from '../client/client.ts'
import type { Change } from '../state/answers.svelte.ts'
import { faultOf } from '../words.ts'

export class MapPoints {
  readonly project: string
  ids = new Int32Array()
  x = new Float32Array()
  y = new Float32Array()
  label = new Uint16Array()
  guess = new Uint16Array()
  gold = new Uint8Array()
  classes = $state.raw<readonly string[]>([])
  state = $state<'reading' | 'undrawn' | 'there'>('reading')
  fault = $state<string | null>(null)
  isStale = $state(false)
  version = $state<number | null>(null)
  /** Counts changes: the arrays themselves are plain. */
  tick = $state(0)
  #indexOf = new Map<number, number>()

  constructor(project: string) {
    this.project = project
  }
  get count(): number {
    void this.tick
    return this.ids.length
  }

  /** Without the places only labels and guesses are read again. */
  async read(places: boolean): Promise<void> {
    try {
      const got = await perform('points', { project: this.project, places })
      if (!got.places && got.count !== this.ids.length) return await this.read(true)
      if (got.places) this.#take(got.places)
      this.label = new Uint16Array(bytesOf(got.labels))
      this.guess = new Uint16Array(bytesOf(got.guesses))
      this.gold = new Uint8Array(bytesOf(got.gold))
      this.classes = got.classes
      this.isStale = got.isStale
      this.version = got.version
      this.state = 'there'
      this.fault = null
    } catch (thrown) {
      if (thrown instanceof Refusal && thrown.kind === 'not-ready') this.state = 'undrawn'
      else this.fault = faultOf(thrown)
    }
    this.tick++
  }
  #take({ ids, at }: { readonly ids: string; readonly at: string }): void {
    this.ids = new Int32Array(bytesOf(ids))
    const places = new Uint16Array(bytesOf(at))
    this.x = Float32Array.from(this.ids, (_, i) => places[2 * i]! / 65_535)
    this.y = Float32Array.from(this.ids, (_, i) => places[2 * i + 1]! / 65_535)
    this.#indexOf = new Map(Array.from(this.ids, (id, i) => [id, i]))
  }

  /** Where these images stand, of those that are on the map. */
  indexesOf(ids: readonly number[]): readonly number[] {
    return ids.flatMap((id) => this.#indexOf.get(id) ?? [])
  }
  change(changes: readonly Change[]): void {
    for (const { image, label } of changes) {
      const index = this.#indexOf.get(image)
      if (index !== undefined) this.label[index] = label === null ? 0 : this.#numberOf(label)
    }
    this.tick++
  }
  #numberOf(name: string): number {
    if (!this.classes.includes(name)) this.classes = [...this.classes, name]
    return this.classes.indexOf(name) + 1
  }
  nameOf(number: number): string | null {
    return this.classes[number - 1] ?? null
  }
}

/** The class that most of them are guessed to be. */
export function mostGuessed(points: MapPoints, indexes: readonly number[]): string | null {
  const counts = new Map<number, number>()
  for (const i of indexes) counts.set(points.guess[i]!, (counts.get(points.guess[i]!) ?? 0) + 1)
  counts.delete(0)
  const [most] = [...counts].sort((a, b) => b[1] - a[1])
  return most ? points.nameOf(most[0]) : null
}

function bytesOf(text: string): ArrayBuffer {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes.buffer
}
