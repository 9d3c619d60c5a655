// What to look over: guesses that are unsure, or labels that may be wrong; each with what seems right.
import { perform } from '../client/client.ts'
import type { ImageView } from '../client/types.ts'
import type { Change } from '../state/answers.svelte.ts'
import { faultOf, number } from '../words.ts'

export const kinds = ['unsure', 'labels'] as const
export type Kind = (typeof kinds)[number]
export type Item = { readonly image: ImageView; readonly suggested: string; readonly reason: string }

const size = 100

export class Queue {
  readonly project: string
  readonly kind: Kind
  items = $state.raw<readonly Item[]>([])
  /** Decided in this sitting, each with its label. */
  decided = $state.raw<ReadonlyMap<number, string | null>>(new Map())
  index = $state(0)
  isReading = $state(true)
  says = $state('')
  /** More labels than are looked at at once: which of how many portions these are. */
  portion = $state(1)
  portions = $state(1)
  fault = $state<string | null>(null)

  constructor(project: string, kind: Kind) {
    this.project = project
    this.kind = kind
  }
  get now(): Item | undefined {
    return this.items[this.index]
  }
  get left(): number {
    return this.items.filter(({ image }) => !this.decided.has(image.id)).length
  }

  /** Whether labels are left that were not looked at. */
  get hasMore(): boolean {
    return this.portion < this.portions
  }

  async read(portion = 1): Promise<void> {
    this.isReading = true
    this.portion = portion
    try {
      this.items = this.kind === 'unsure' ? await this.#unsure() : await this.#doubtful()
      this.decided = new Map()
      this.index = 0
      this.fault = null
    } catch (thrown) {
      this.fault = faultOf(thrown)
    }
    this.isReading = false
  }
  async #unsure(): Promise<readonly Item[]> {
    const asked = { project: this.project, label: 'none', order: 'unsure first', size } as const
    const { images } = await perform('images', asked)
    this.says = 'The least sure guesses first'
    return images.flatMap((image) =>
      image.guess ? [{ image, suggested: image.guess.class, reason: unsureSays(image) }] : [],
    )
  }
  async #doubtful(): Promise<readonly Item[]> {
    const { portion } = this
    const found = await perform('suspects', { project: this.project, size, portion })
    const { suspects, looked, off, labels, portions } = found
    this.portions = portions
    const of = portions > 1 ? `; portion ${portion} of ${portions} of all ${number(labels)}` : ''
    this.says = `${number(off)} of ${number(looked)} labels contradict what is learnt from the others${of}`
    return suspects.map(({ image, suggested, reason }) => ({ image, suggested, reason }))
  }

  step(by: number): void {
    this.index = Math.min(this.items.length - 1, Math.max(0, this.index + by))
  }
  /** On to the next that is not decided; behind the last one, to what was passed over. */
  decide(image: number, label: string | null): void {
    this.decided = new Map(this.decided).set(image, label)
    const isOpen = (item: Item) => !this.decided.has(item.image.id)
    const next = this.items.findIndex((item, i) => i > this.index && isOpen(item))
    const first = this.items.findIndex(isOpen)
    if (next >= 0 || first >= 0) this.index = next >= 0 ? next : first
  }
  /** What was taken back is in sight again. */
  back(changes: readonly Change[]): void {
    const again = new Set(changes.map(({ image }) => image).filter((image) => this.decided.has(image)))
    if (again.size === 0) return
    this.decided = new Map([...this.decided].filter(([image]) => !again.has(image)))
    this.index = this.items.findIndex(({ image }) => again.has(image.id))
  }
}

function unsureSays({ guess }: ImageView): string {
  if (!guess) return ''
  const share = (value: number) => value.toFixed(2).replace(/^0/, '')
  const first = `${guess.class} ${share(guess.confidence)}`
  return guess.runnerUp
    ? `unsure: ${first}, ${guess.runnerUp} ${share(guess.confidence - guess.margin)}`
    : first
}
