// The images of one filter, page after page by key. Rows are plain values; a counter tells of changes.
import { perform } from '../client/client.ts'
import type { ImagePage, ImageView } from '../client/types.ts'
import type { Filter } from './filter.ts'
import type { Change } from '../state/answers.svelte.ts'

export type Row = { image: ImageView; readonly page: number; version: number | null }

/** How a page is read: from the server by the filter, unless the images were picked elsewhere. */
export type ReadPage = (page: { readonly after?: string; readonly size: number }) => Promise<ImagePage>

const firstSize = 200 // the first screen soon
const size = 1000 // then as much as the server gives at once: a jump to the end takes fewer rounds

export class ImageList {
  readonly filter: Filter
  readonly rows: Row[] = []
  readonly #readPage: ReadPage
  tick = $state(0)
  total = $state<number | null>(null)
  hasEnded = $state(false)
  fault = $state<string | null>(null)
  version = $state<number | null>(null)
  readonly #byId = new Map<number, Row>()
  readonly #pages: { readonly after: string | undefined; readonly size: number }[] = []
  #next: string | undefined
  #wanted = -1
  #loading: Promise<void> | undefined
  #isClosed = false

  constructor(filter: Filter, readPage: ReadPage = (page) => perform('images', { ...filter, ...page })) {
    this.filter = filter
    this.#readPage = readPage
  }

  /** As many cells as the sheet has: those not yet read are drawn empty. */
  get count(): number {
    void this.tick
    return this.hasEnded ? this.rows.length : Math.max(this.rows.length, this.total ?? this.rows.length)
  }
  at(index: number): ImageView | undefined {
    return this.rows[index]?.image
  }
  get(id: number): ImageView | undefined {
    return this.#byId.get(id)?.image
  }
  indexOf(id: number): number {
    return this.rows.findIndex((row) => row.image.id === id)
  }

  /** Reads on until that index is there; a later wish replaces an earlier one. */
  async reach(index: number): Promise<void> {
    this.#wanted = index
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined))
    await this.#loading
  }
  async #load(): Promise<void> {
    try {
      while (!this.hasEnded && !this.#isClosed && this.rows.length <= this.#wanted) await this.#readNext()
      this.fault = null
    } catch (thrown) {
      this.fault = thrown instanceof Error ? thrown.message : String(thrown)
    }
  }

  async #readNext(): Promise<void> {
    const page = { after: this.#next, size: this.#pages.length === 0 ? firstSize : size }
    await this.#read(this.#pages.push(page) - 1, page).catch((thrown: unknown) => {
      this.#pages.pop()
      throw thrown
    })
  }

  async #read(
    number: number,
    page: { readonly after: string | undefined; readonly size: number },
  ): Promise<void> {
    const got = await this.#readPage({ size: page.size, ...(page.after ? { after: page.after } : {}) })
    if (this.#isClosed) return
    for (const image of got.images) this.#take(image, number, got.version)
    this.version = got.version
    if (got.total !== null) this.total = got.total
    if (number === this.#pages.length - 1) {
      this.#next = got.next ?? undefined
      this.hasEnded = got.next === null
    }
    this.tick++
  }

  #take(image: ImageView, page: number, version: number | null): void {
    const known = this.#byId.get(image.id)
    if (known) {
      known.image = image
      known.version = version
      return
    }
    const row = { image, page, version }
    this.#byId.set(image.id, row)
    this.rows.push(row)
  }

  /** Reads pages in sight again when a newer version guesses; their place stays. */
  async freshen(from: number, to: number, version: number | null): Promise<void> {
    const stale = new Set(
      this.rows.slice(from, to + 1).flatMap((row) => (row.version === version ? [] : [row.page])),
    )
    for (const number of stale) await this.#read(number, this.#pages[number]!).catch(() => undefined)
  }

  /** More images came in: the last page is read again, and reading goes on behind it. */
  async grow(): Promise<void> {
    const last = this.#pages.length - 1
    if (last < 0) return this.reach(this.#wanted)
    if (!this.hasEnded || this.#loading) return
    await this.#read(last, this.#pages[last]!).catch(() => undefined)
    await this.reach(this.#wanted)
  }

  change(changes: readonly Change[]): void {
    for (const { image, label } of changes) {
      const row = this.#byId.get(image)
      if (row) row.image = { ...row.image, label }
    }
    this.tick++
  }

  /** Takes rows out that the filter no longer shows. */
  drop(ids: ReadonlySet<number>): void {
    const kept = this.rows.filter((row) => !ids.has(row.image.id))
    for (const id of ids) this.#byId.delete(id)
    if (this.total !== null) this.total -= this.rows.length - kept.length
    this.rows.length = 0
    for (const row of kept) this.rows.push(row)
    this.tick++
  }
  close(): void {
    this.#isClosed = true
  }
}
