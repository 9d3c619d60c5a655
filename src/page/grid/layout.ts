// Where tiles stand in a contact sheet of any length; only what is near the window is ever in the document.
export type Layout = {
  readonly columns: number
  readonly tile: number
  readonly rowHeight: number
  readonly rows: number
  readonly height: number
}
export type Rect = {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export const gap = 4
const captionFrom = 84 // below this no name fits on a picture
const lineHeight = 3

export const hasCaption = (tile: number): boolean => tile >= captionFrom

/** Tiles grow a little so that they fill the width edge to edge. */
export function layoutOf(o: {
  readonly width: number
  readonly wanted: number
  readonly count: number
}): Layout {
  const columns = Math.max(1, Math.floor((o.width + gap) / (o.wanted + gap)))
  const tile = Math.max(16, (o.width - gap * (columns - 1)) / columns)
  const rowHeight = tile + gap + lineHeight
  const rows = Math.ceil(o.count / columns)
  return { columns, tile, rowHeight, rows, height: rows * rowHeight }
}

/** The rows in sight and a few beyond, as slots that keep their place in the document while they scroll. */
export function slotsOf(
  { rows, rowHeight }: Layout,
  view: { readonly top: number; readonly height: number; readonly beyond: number },
): readonly number[] {
  const inSight = Math.ceil(view.height / rowHeight) + 1
  const size = Math.min(rows, inSight + 2 * view.beyond)
  if (size === 0) return []
  const wanted = Math.floor(view.top / rowHeight) - view.beyond
  const first = Math.max(0, Math.min(wanted, rows - size))
  return Array.from({ length: size }, (_, slot) => first + ((((slot - first) % size) + size) % size))
}

/** The indexes of the tiles that a rectangle touches. */
export function touched(layout: Layout, rect: Rect, count: number): readonly number[] {
  const { columns, tile, rowHeight } = layout
  const [rowFrom, rowTo] = reached(rect.top, rect.bottom, { step: rowHeight, tile, count: layout.rows })
  const [columnFrom, columnTo] = reached(rect.left, rect.right, { step: tile + gap, tile, count: columns })
  const all: number[] = []
  for (let row = rowFrom; row <= rowTo; row++) {
    for (let column = columnFrom; column <= columnTo; column++) all.push(row * columns + column)
  }
  return all.filter((index) => index < count)
}

/** The first and the last of evenly spaced tiles between two edges; a gap alone touches nothing. */
function reached(
  from: number,
  to: number,
  { step, tile, count }: { readonly step: number; readonly tile: number; readonly count: number },
): readonly [number, number] {
  const isInGap = from >= 0 && from % step > tile
  const first = Math.floor(from / step) + (isInGap ? 1 : 0)
  return [Math.max(0, first), Math.min(count - 1, Math.floor(to / step))]
}

/** Where to scroll so that a tile is wholly in sight; the same place when it already is. */
export function scrollTo(
  layout: Layout,
  index: number,
  view: { readonly top: number; readonly height: number },
): number {
  const top = Math.floor(index / layout.columns) * layout.rowHeight
  if (top < view.top) return top
  const bottom = top + layout.rowHeight
  return bottom > view.top + view.height ? bottom - view.height : view.top
}
