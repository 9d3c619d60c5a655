// The line of questions: the next ones are asked for and decoded before this one is answered.
import { originalOf, perform } from '../client/client.ts'
import type { Question } from '../client/types.ts'
import type { Change } from '../state/answers.svelte.ts'

const batch = 12
const askBelow = 6
const decodeAhead = 4

export class Questions {
  line = $state.raw<readonly Question[]>([])
  isAsking = $state(false)
  isOver = $state(false)
  says = $state('')
  left = $state<number | null>(null)
  fault = $state<string | null>(null)
  readonly project: string
  readonly split: 'train' | 'test'
  /** Asked and answered in this sitting; the server may not know it yet. */
  readonly #answered = new Set<number>()
  #age = 0

  constructor(project: string, split: 'train' | 'test') {
    this.project = project
    this.split = split
  }
  get now(): Question | undefined {
    return this.line[0]
  }

  async fill(): Promise<void> {
    if (this.isAsking || this.line.length >= askBelow) return
    this.isAsking = true
    const age = this.#age
    try {
      const exclude = [...new Set([...this.#answered, ...this.line.map(({ image }) => image.id)])]
      const got = await perform('ask', {
        project: this.project,
        split: this.split,
        exclude: exclude.slice(-10_000),
      })
      const known = new Set(this.line.map(({ image }) => image.id))
      const fresh = got.questions.filter(({ image }) => !known.has(image.id) && !this.#answered.has(image.id))
      if (age === this.#age) this.line = [...this.line, ...fresh].slice(0, batch + askBelow)
      this.isOver = this.line.length === 0
      this.says = got.says
      this.left = got.left
      this.fault = null
    } catch (thrown) {
      this.fault = thrown instanceof Error ? thrown.message : String(thrown)
    }
    this.isAsking = false
    this.decode()
  }
  /** On to the next: what was shown is answered. */
  next(): void {
    const [shown, ...rest] = this.line
    if (shown) this.#answered.add(shown.image.id)
    this.line = rest
    this.decode()
    void this.fill()
  }
  /** A newer version asks better questions: the two in sight stay, the rest is asked anew. */
  renew(): void {
    this.#age++
    this.line = this.line.slice(0, 2)
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
