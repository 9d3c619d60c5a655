// Pointer on the sheet: click, shift, control; a drag draws a rectangle; a finger only taps.
import { touched, type Layout, type Rect } from './layout.ts'
import type { Selection } from './selection.svelte.ts'

type Tools = {
  readonly layout: () => Layout
  readonly count: () => number
  readonly idAt: (index: number) => number | undefined
  readonly selection: Selection
  readonly onchange: (rect: Rect | null) => void
}
type Point = { readonly x: number; readonly y: number }
type Start = Point & { readonly before: ReadonlySet<number>; readonly index: number }
const dragFrom = 6 // pixels: less is an unsteady click
const edge = 40
const padding = 4

export function lasso(node: HTMLElement, tools: Tools): () => void {
  const drag = new Drag(node, tools)
  const handlers = {
    pointerdown: (event: PointerEvent) => drag.begin(event),
    pointermove: (event: PointerEvent) => drag.move(event),
    pointerup: (event: PointerEvent) => drag.end(event),
    pointercancel: () => drag.stop(),
  }
  const all = Object.entries(handlers) as [string, EventListener][]
  for (const [name, handler] of all) node.addEventListener(name, handler)
  return () => {
    drag.stop()
    for (const [name, handler] of all) node.removeEventListener(name, handler)
  }
}

class Drag {
  readonly #node: HTMLElement
  readonly #tools: Tools
  #start: Start | null = null
  #last: PointerEvent | null = null
  #timer = 0

  constructor(node: HTMLElement, tools: Tools) {
    this.#node = node
    this.#tools = tools
  }
  begin(event: PointerEvent): void {
    const isOnBar = event.offsetX > this.#node.clientWidth && event.target === this.#node
    if (event.button !== 0 || isOnBar) return
    const tile = (event.target as HTMLElement).closest<HTMLElement>('[data-index]')
    const keeps = event.ctrlKey || event.metaKey || event.shiftKey
    const before = keeps ? this.#tools.selection.ids : new Set<number>()
    this.#start = { ...this.#inside(event), before, index: tile ? Number(tile.dataset['index']) : -1 }
  }
  move(event: PointerEvent): void {
    if (!this.#start || event.pointerType === 'touch') return
    const at = this.#inside(event)
    const isFar = Math.hypot(at.x - this.#start.x, at.y - this.#start.y) >= dragFrom
    if (!this.#last && !isFar) return
    if (!this.#last) this.#node.setPointerCapture(event.pointerId)
    this.#last = event
    this.#draw()
    if (!this.#timer) this.#timer = requestAnimationFrame(() => this.#creep())
  }
  end(event: PointerEvent): void {
    const start = this.#start
    if (start && !this.#last) this.#click(start.index, event)
    this.stop()
  }
  stop(): void {
    this.#start = null
    this.#last = null
    cancelAnimationFrame(this.#timer)
    this.#timer = 0
    this.#tools.onchange(null)
  }

  #inside(event: PointerEvent): Point {
    const box = this.#node.getBoundingClientRect()
    return {
      x: event.clientX - box.left - padding,
      y: event.clientY - box.top + this.#node.scrollTop - padding,
    }
  }
  #click(index: number, event: PointerEvent): void {
    const { selection, idAt } = this.#tools
    const toggle = event.ctrlKey || event.metaKey || event.pointerType === 'touch'
    if (index >= 0) selection.point(index, { range: event.shiftKey, toggle }, idAt)
    else selection.clear()
  }
  #draw(): void {
    const start = this.#start
    if (!start || !this.#last) return
    const { layout, count, idAt, selection, onchange } = this.#tools
    const at = this.#inside(this.#last)
    const rect = {
      left: Math.min(start.x, at.x),
      right: Math.max(start.x, at.x),
      top: Math.min(start.y, at.y),
      bottom: Math.max(start.y, at.y),
    }
    onchange(rect)
    const ids = touched(layout(), rect, count()).map((index) => idAt(index))
    selection.set([...start.before, ...ids.filter((id) => id !== undefined)])
  }
  /** Near an edge the sheet follows the pointer. */
  #creep(): void {
    this.#timer = 0
    if (!this.#last) return
    const box = this.#node.getBoundingClientRect()
    const above = box.top + edge - this.#last.clientY
    const below = this.#last.clientY - (box.bottom - edge)
    const by = above > 0 ? -above / 3 : below > 0 ? below / 3 : 0
    if (by !== 0) {
      this.#node.scrollTop += by
      this.#draw()
    }
    this.#timer = requestAnimationFrame(() => this.#creep())
  }
}
