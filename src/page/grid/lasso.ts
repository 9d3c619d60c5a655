// Pointer on the sheet: click, shift, control; a drag draws a rectangle; a finger only taps.
import { touched, type Layout, type Rect } from './layout.ts'
import type { Selection } from './selection.svelte.ts'

export type Lasso = Rect
type Tools = {
  readonly layout: () => Layout
  readonly count: () => number
  readonly idAt: (index: number) => number | undefined
  readonly selection: Selection
  readonly onchange: (rect: Rect | null) => void
}
const dragFrom = 6 // pixels: less is an unsteady click
const edge = 40

export function lasso(node: HTMLElement, tools: Tools): () => void {
  let start: { x: number; y: number; before: ReadonlySet<number>; index: number } | null = null
  let isDragging = false
  let last: PointerEvent | null = null
  let timer = 0

  const inside = (event: PointerEvent) => {
    const box = node.getBoundingClientRect()
    return { x: event.clientX - box.left - 4, y: event.clientY - box.top + node.scrollTop - 4 }
  }
  const down = (event: PointerEvent) => {
    const isOnBar = event.offsetX > node.clientWidth && event.target === node
    if (event.button !== 0 || isOnBar) return
    const tile = (event.target as HTMLElement).closest<HTMLElement>('[data-index]')
    const keeps = event.ctrlKey || event.metaKey || event.shiftKey
    const before = keeps ? tools.selection.ids : new Set<number>()
    start = { ...inside(event), before, index: tile ? Number(tile.dataset['index']) : -1 }
  }
  const move = (event: PointerEvent) => {
    if (!start || event.pointerType === 'touch') return
    const at = inside(event)
    if (!isDragging && Math.hypot(at.x - start.x, at.y - start.y) < dragFrom) return
    if (!isDragging) node.setPointerCapture(event.pointerId)
    isDragging = true
    last = event
    draw()
    if (!timer) timer = requestAnimationFrame(creep)
  }
  const draw = () => {
    if (!start || !last) return
    const at = inside(last)
    const rect = {
      left: Math.min(start.x, at.x),
      right: Math.max(start.x, at.x),
      top: Math.min(start.y, at.y),
      bottom: Math.max(start.y, at.y),
    }
    tools.onchange(rect)
    const ids = touched(tools.layout(), rect, tools.count()).map((index) => tools.idAt(index))
    tools.selection.set([...start.before, ...ids.filter((id) => id !== undefined)])
  }
  /** Near an edge the sheet follows the pointer. */
  const creep = () => {
    timer = 0
    if (!isDragging || !last) return
    const box = node.getBoundingClientRect()
    const above = box.top + edge - last.clientY
    const below = last.clientY - (box.bottom - edge)
    const by = above > 0 ? -above / 3 : below > 0 ? below / 3 : 0
    if (by !== 0) {
      node.scrollTop += by
      draw()
    }
    timer = requestAnimationFrame(creep)
  }
  const up = (event: PointerEvent) => {
    if (start && !isDragging && event.type === 'pointerup') {
      const toggle = event.ctrlKey || event.metaKey || event.pointerType === 'touch'
      if (start.index >= 0) tools.selection.point(start.index, { range: event.shiftKey, toggle }, tools.idAt)
      else tools.selection.clear()
    }
    start = null
    isDragging = false
    cancelAnimationFrame(timer)
    timer = 0
    tools.onchange(null)
  }
  const handlers = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up }
  for (const [name, handler] of Object.entries(handlers))
    node.addEventListener(name, handler as EventListener)
  return () => {
    for (const [name, handler] of Object.entries(handlers))
      node.removeEventListener(name, handler as EventListener)
  }
}
