// The images of one filter, page after page by key; where the whole is counted, any page at once. Rows are
// plain values, with holes where nobody has looked; a counter tells of changes.
import { perform } from '../client/client.ts'
import type { ImagePage, ImageView } from '../client/types.ts'
import type { Change } from '../state/answers.svelte.ts'
import { faultOf } from '../words.ts'
import type { Filter } from './filter.ts'

/** How a page was asked for: after a key, or at an index. */
type Page = { readonly after?: string; readonly at?: number; readonly size: number }
export type Row = { image: ImageView; readonly page: Page; version: number | null }

/** How a page is read: from the server by the filter, unless the images were picked elsewhere. */
export type ReadPage = (page: Page) => Promise<ImagePage>

const firstSize = 200 // the first screen soon
const size = 1000 // then as much as the server gives at once

export class ImageList {
  readonly filter: Filter
  /** As long as the furthest that was read. */
  readonly rows: (Row | undefined)[] = []
  readonly #readPage: ReadPage
  readonly #isPicked: boolean
  tick = $state(0)
  total = $state<number | null>(null)
  hasEnded = $state(false)
  fault = $state<string | null>(null)
  version = $state<number | null>(null)
  readonly #byId = new Map<number, Row>()
  /** The key of the page that begins at an index. */
  #keys = new Map<number, string>()
  #wanted = { from: 0, to: -1 }
  #wantsAll = false
  #loading: Promise<void> | undefined
  #isClosed = false

  constructor(filter: Filter, readPage?: ReadPage) {
    this.filter = filter
    this.#isPicked = readPage !== undefined
    this.#readPage = readPage ?? ((page) => perform('images', { ...filter, ...page }))
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

  /** Reads until all from one index to another is there; a later wish replaces an earlier one. */
  async reach(to: number, from = 0): Promise<void> {
    this.#wanted = { from, to }
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined))
    await this.#loading
  }
  /** Reads all there are, whatever is wished for meanwhile. */
  async reachAll(): Promise<void> {
    const { from, to } = this.#wanted
    this.#wantsAll = true
    do await this.reach(to, from)
    while (this.#missing() !== undefined && this.#wantsAll && this.fault === null && !this.#isClosed)
    this.#wantsAll = false
  }
  async #load(): Promise<void> {
    try {
      for (let index; (index = this.#missing()) !== undefined && !this.#isClosed;) {
        const isJump = this.#canJump
        await this.#read(this.#pageAt(index), isJump ? index : undefined)
        // Fewer than were counted: others took them away meanwhile.
        if (isJump && !this.rows[index]) this.#wantNothing()
      }
      this.fault = null
    } catch (thrown) {
      this.fault = faultOf(thrown)
    }
  }

  #wantNothing(): void {
    this.#wanted = { from: 0, to: -1 }
    this.#wantsAll = false
  }
  /** Pages can be read at any place where the server counts all there are. */
  get #canJump(): boolean {
    return this.total !== null && !this.#isPicked
  }
  #missing(): number | undefined {
    const { from, to } = this.#wantsAll ? { from: 0, to: Infinity } : this.#wanted
    const last = this.hasEnded ? Math.min(to, this.rows.length - 1) : to
    let index = this.#canJump ? from : this.rows.length
    while (index <= last && this.rows[index]) index++
    return index <= last ? index : undefined
  }
  #pageAt(index: number): Page {
    if (index === 0) return { size: firstSize }
    const after = this.#keys.get(index)
    return after === undefined ? { at: index, size } : { after, size }
  }

  /** Without an index: those that are known are renewed in their places, and others go to the end. */
  async #read(page: Page, index?: number): Promise<void> {
    const got = await this.#readPage(page)
    if (this.#isClosed) return
    for (const [i, image] of got.images.entries()) {
      this.#take({ image, page, version: got.version }, index === undefined ? this.rows.length : index + i)
    }
    this.version = got.version
    if (got.total !== null) this.total = got.total
    const end = index === undefined ? this.rows.length : index + got.images.length
    if (got.next !== null) this.#keys.set(end, got.next)
    else if (end === this.rows.length) this.hasEnded = true
    this.tick++
  }

  #take(row: Row, index: number): void {
    const known = this.#byId.get(row.image.id)
    if (known) {
      known.image = row.image
      known.version = row.version
    } else if (!this.rows[index]) {
      this.#byId.set(row.image.id, row)
      // No hole without an entry: those make an array slow.
      while (this.rows.length < index) this.rows.push(undefined)
      this.rows[index] = row
    }
  }

  /** Reads pages in sight again when a newer version guesses; their place stays. */
  async freshen(from: number, to: number, version: number | null): Promise<void> {
    const stale = this.rows.slice(from, to + 1).filter((row) => row && row.version !== version)
    for (const page of new Set(stale.map((row) => row!.page))) await this.#renew(page)
  }
  async #renew(page: Page): Promise<void> {
    // Rows before it may have gone since.
    const now =
      page.at === undefined ? page : { ...page, at: this.rows.findIndex((row) => row?.page === page) }
    const got = await this.#readPage(now).catch(() => undefined)
    if (!got || this.#isClosed) return
    for (const image of got.images) {
      const known = this.#byId.get(image.id)
      if (known) Object.assign(known, { image, version: got.version })
    }
    this.version = got.version
    this.tick++
  }

  /** More images came in: the end is read again, and reading goes on behind it. */
  async grow(): Promise<void> {
    if (!this.hasEnded || this.#loading) return
    const last = this.rows.at(-1)?.page ?? { size: firstSize }
    this.hasEnded = false
    const end = this.rows.length
    const more = this.#canJump ? this.#read({ at: end, size }, end) : this.#read(last)
    await more.catch(() => undefined)
    await this.reach(this.#wanted.to, this.#wanted.from)
  }

  change(changes: readonly Change[]): void {
    for (const { image, label } of changes) {
      const row = this.#byId.get(image)
      if (row) row.image = { ...row.image, label }
    }
    this.tick++
  }

  /** Takes rows out that the filter no longer shows; those behind move up. */
  drop(ids: ReadonlySet<number>): void {
    const before = [...this.rows]
    const gone = before.flatMap((row, index) => (row && ids.has(row.image.id) ? [index] : []))
    const isGone = new Set(gone)
    this.rows.length = 0
    for (const [index, row] of before.entries()) if (!isGone.has(index)) this.rows.push(row)
    const moved = (index: number) => index - gone.filter((one) => one < index).length
    this.#keys = new Map([...this.#keys].map(([index, key]) => [moved(index), key]))
    for (const id of ids) this.#byId.delete(id)
    if (this.total !== null) this.total -= gone.length
    this.tick++
  }
  close(): void {
    this.#isClosed = true
  }
}
