// The line of questions: the next ones are asked for and decoded before this one is answered.
import { originalOf, perform } from '../client/client.ts'
import type { Question } from '../client/types.ts'
import type { Change } from '../state/answers.svelte.ts'
import { settings } from '../state/settings.svelte.ts'
import { faultOf } from '../words.ts'

const askBelow = 6
const inSight = 2
const excludeMax = 10_000
const decodeAhead = 4

export class Questions {
  line = $state.raw<readonly Question[]>([])
  isAsking = $state(false)
  isOver = $state(false)
  /** More come by themselves once the round is trained, or others let go of theirs. */
  isOfRound = $state(false)
  says = $state('')
  left = $state<number | null>(null)
  /** How many labels the head knew that chose; null: the newest version chose. */
  knows = $state<number | null>(null)
  fault = $state<string | null>(null)
  readonly project: string
  readonly split: 'train' | 'test'
  /** Asked and answered in this sitting; the server may not know it yet. */
  readonly #answered = new Set<number>()
  #isStale = false

  constructor(project: string, split: 'train' | 'test') {
    this.project = project
    this.split = split
  }
  get now(): Question | undefined {
    return this.line[0]
  }

  async fill(): Promise<void> {
    if (this.isAsking || (this.line.length >= askBelow && !this.#isStale)) return
    this.isAsking = true
    const isRenewal = this.#isStale
    this.#isStale = false
    try {
      const kept = isRenewal ? this.line.slice(0, inSight) : this.line
      const exclude = [...this.#answered, ...kept.map(({ image }) => image.id)].slice(-excludeMax)
      const by = settings.asker
      const got = await perform('ask', { project: this.project, split: this.split, exclude, by })
      this.#take(got.questions, isRenewal)
      this.isOver = this.line.length === 0 && got.left === 0
      this.says = got.says
      this.isOfRound = got.round !== null
      this.left = got.left
      this.knows = got.knows
      this.fault = null
    } catch (thrown) {
      this.fault = faultOf(thrown)
    }
    this.isAsking = false
    this.decode()
    const isShort = this.line.length < askBelow && this.left !== null && this.left > this.line.length
    if (this.fault === null && (this.#isStale || isShort)) await this.fill()
  }
  /** The ones in sight stay; answers given while the server chose are left out. */
  #take(fresh: readonly Question[], isRenewal: boolean): void {
    const kept = isRenewal ? this.line.slice(0, inSight) : this.line
    const known = new Set(kept.map(({ image }) => image.id))
    const unknown = fresh.filter(({ image }) => !known.has(image.id) && !this.#answered.has(image.id))
    this.line = [...kept, ...unknown]
  }
  /** On to the next: what was shown is answered. */
  next(): void {
    const [shown, ...rest] = this.line
    if (shown) this.#answered.add(shown.image.id)
    this.line = rest
    this.decode()
    void this.fill()
  }
  /** A head that knows more asks better: the ones in sight stay, the rest is replaced once it is there. */
  renew(): void {
    this.#isStale = true
    void this.fill()
  }
  /** What was taken back stands first in line again. */
  back(changes: readonly Change[], known: (id: number) => Question | undefined): void {
    const again = changes.flatMap(({ image }) => {
      this.#answered.delete(image)
      return known(image) ?? []
    })
    const ids = new Set(again.map(({ image }) => image.id))
    this.line = [...again, ...this.line.filter(({ image }) => !ids.has(image.id))]
  }
  decode(): void {
    for (const { image } of this.line.slice(1, 1 + decodeAhead)) {
      const picture = new Image()
      picture.src = originalOf(this.project, image.id)
      void picture.decode().catch(() => undefined)
    }
  }
}
