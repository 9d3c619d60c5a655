// Pointer on the map: a stroke chooses, a hand moves, the wheel and two fingers zoom.
import type { Point } from './camera.ts'

export type Strokes = {
  readonly tool: () => 'lasso' | 'hand'
  /** While it is drawn; empty when it is over. */
  readonly onstroke: (path: readonly Point[]) => void
  readonly onend: (path: readonly Point[], event: PointerEvent) => void
  readonly onclick: (at: Point, event: PointerEvent) => void
  readonly onpush: (by: Point) => void
  readonly onzoom: (at: Point, by: number) => void
  readonly onpoint: (at: Point | null) => void
}

const dragFrom = 5 // pixels: less is an unsteady click
const apart = 3 // pixels between two points of a stroke
const wheelStep = 1 / 480 // a notch of 120 zooms by 1.19

export function strokes(node: HTMLElement, on: Strokes): () => void {
  const hand = new Hand(node, on)
  const handlers: Record<string, (event: never) => void> = {
    pointerdown: (event: PointerEvent) => hand.down(event),
    pointermove: (event: PointerEvent) => hand.move(event),
    pointerup: (event: PointerEvent) => hand.up(event),
    pointercancel: (event: PointerEvent) => hand.stop(event),
    pointerleave: () => on.onpoint(null),
    contextmenu: (event: Event) => event.preventDefault(),
    wheel: (event: WheelEvent) => hand.wheel(event),
  }
  const all = Object.entries(handlers) as [string, EventListener][]
  for (const [name, handler] of all) node.addEventListener(name, handler, { passive: false })
  return () => {
    for (const [name, handler] of all) node.removeEventListener(name, handler)
  }
}

class Hand {
  readonly #node: HTMLElement
  readonly #on: Strokes
  readonly #fingers = new Map<number, Point>()
  #path: readonly Point[] = []
  #start: Point | null = null
  #isPushing = false
  #hasMoved = false

  constructor(node: HTMLElement, on: Strokes) {
    this.#node = node
    this.#on = on
  }
  down(event: PointerEvent): void {
    const at = this.#at(event)
    this.#node.setPointerCapture(event.pointerId)
    this.#fingers.set(event.pointerId, at)
    if (this.#fingers.size > 1) return this.#forget()
    this.#start = at
    this.#hasMoved = false
    this.#path = [at]
    this.#isPushing = event.button !== 0 || this.#on.tool() === 'hand'
    this.#on.onpoint(null)
  }
  move(event: PointerEvent): void {
    const at = this.#at(event)
    const before = this.#fingers.get(event.pointerId)
    if (!before) return void (event.pointerType === 'mouse' && this.#on.onpoint(at))
    if (this.#fingers.size === 2) return this.#pinch(event.pointerId, at)
    if (!this.#start) return
    this.#hasMoved ||= far(at, this.#start) >= dragFrom
    if (!this.#hasMoved) return
    this.#fingers.set(event.pointerId, at)
    if (this.#isPushing) return this.#on.onpush({ x: at.x - before.x, y: at.y - before.y })
    if (far(at, this.#path.at(-1)!) < apart) return
    this.#path = [...this.#path, at]
    this.#on.onstroke(this.#path)
  }
  up(event: PointerEvent): void {
    const [start, path] = [this.#start, this.#path]
    const isChoosing = start && !this.#isPushing
    this.stop(event)
    if (isChoosing && this.#hasMoved) this.#on.onend(path, event)
    else if (start && !this.#hasMoved && event.button === 0) this.#on.onclick(start, event)
  }
  stop(event: PointerEvent): void {
    this.#fingers.delete(event.pointerId)
    this.#forget()
  }
  wheel(event: WheelEvent): void {
    event.preventDefault()
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 40 : 1
    this.#on.onzoom(this.#at(event), Math.exp(-event.deltaY * lines * wheelStep * (event.ctrlKey ? 4 : 1)))
  }

  /** The second finger makes it a zoom; what was drawn by the first is forgotten. */
  #forget(): void {
    this.#start = null
    this.#path = []
    this.#on.onstroke([])
  }
  #pinch(moved: number, at: Point): void {
    const [still] = [...this.#fingers].filter(([id]) => id !== moved).map(([, point]) => point)
    const before = this.#fingers.get(moved)!
    this.#fingers.set(moved, at)
    const middle = { x: (at.x + still!.x) / 2, y: (at.y + still!.y) / 2 }
    this.#on.onpush({ x: (at.x - before.x) / 2, y: (at.y - before.y) / 2 })
    this.#on.onzoom(middle, far(at, still!) / Math.max(1, far(before, still!)))
  }
  #at(event: MouseEvent): Point {
    const box = this.#node.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }
}

const far = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y)
