// Neighbours of more rows than all pairs of them can be multiplied: each row looks into the few cells whose
// centres are nearest, and finds there what an exact search of these cells finds.
import { distance, kMeans, squaredLengths, type Matrix, type Tools } from '../math/index.ts'
import { emptyLists, measured, replaceWorst, type Lists, type Neighbours } from './nearest-lists.ts'
import { blockOf, pointsOf, type Points } from './points.ts'

/** Cells that each row looks into; docs/decisions/017 has the recall of fewer and more. */
const cellsAsked = 16
/** Rows that the centres are the means of, for each centre. */
const rowsOfCentre = 30
/** Rows whose neighbours are counted exactly to tell the recall: its error is below one hundredth. */
const sampleRows = 256
/** The fast product rounds: so many more are found than asked for; one of them is the row itself. */
const spare = 5
const blockRows = 2048

type ApproximateOptions = { readonly k: number; readonly cells?: number; readonly asked?: number }

export async function approximateNeighbours(
  rows: Matrix,
  { k, cells = Math.round(Math.sqrt(rows.rows)), asked = cellsAsked }: ApproximateOptions,
  tools: Tools,
): Promise<Neighbours> {
  const points = pointsOf(rows)
  const centres = await cellCentres(points, cells, tools)
  const near = await nearestCentres(points, centres, { asked: Math.min(asked, cells), tools })
  const lists = emptyLists(rows.rows, k + spare)
  for (const cell of cellsOf(near, cells)) await lookInto(lists, points, { ...cell, tools })
  askBack(lists, points.halves)
  const found = measured(rows, lists, k)
  return { ...found, recall: await recallOf(points, found, tools) }
}

async function cellCentres(points: Points, cells: number, tools: Tools): Promise<Matrix> {
  const { rows } = points.rows
  const wanted = Math.min(rows, rowsOfCentre * cells)
  // Evenly, from a place drawn: a list of files is often in the order of its classes.
  const first = tools.random.next()
  const drawn = Int32Array.from({ length: wanted }, (_, i) => Math.floor(((i + first) * rows) / wanted))
  return (await kMeans(blockOf(points, drawn), cells, tools)).centres
}

type Asked = { readonly asked: number; readonly tools: Tools }

/** Of each row the cells it looks into, the nearest anywhere among them. */
async function nearestCentres(points: Points, centres: Matrix, { asked, tools }: Asked): Promise<Lists> {
  const { rows } = points.rows
  const halves = squaredLengths(centres).map((length) => length / 2)
  const lists = emptyLists(rows, asked)
  const all = Int32Array.from(halves.keys())
  for (let from = 0; from < rows; from += blockRows) {
    const ids = span(from, Math.min(from + blockRows, rows))
    const products = await tools.matmul(blockOf(points, ids), centres)
    keepInto(lists, halves, { ids, columns: all, products })
  }
  return lists
}

const span = (from: number, to: number): Int32Array =>
  Int32Array.from({ length: to - from }, (_, i) => from + i)

type Cell = {
  /** Rows that belong to it, and rows that look into it. */
  readonly members: Int32Array
  readonly asking: Int32Array
}

function* cellsOf({ k, ids, scores }: Lists, cells: number): Iterable<Cell> {
  const rows = ids.length / k
  const cellOf = Int32Array.from({ length: rows }, (_, row) => {
    let best = row * k
    for (let at = best; at < (row + 1) * k; at++) if (scores[at]! < scores[best]!) best = at
    return ids[best]!
  })
  const [members, asking] = [sortedInto(cellOf, cells), sortedInto(ids, cells)]
  for (let cell = 0; cell < cells; cell++)
    yield { members: members(cell), asking: asking(cell).map((at) => Math.floor(at / k)) }
}

/** The places of each number, by counting. */
function sortedInto(numbers: Int32Array, most: number): (number: number) => Int32Array {
  const ends = new Int32Array(most)
  for (const number of numbers) ends[number]!++
  const starts = new Int32Array(most + 1)
  for (let number = 0; number < most; number++) starts[number + 1] = starts[number]! + ends[number]!
  ends.set(starts.subarray(0, most))
  const places = new Int32Array(numbers.length)
  for (const [place, number] of numbers.entries()) places[ends[number]!++] = place
  return (number) => places.subarray(starts[number]!, starts[number + 1]!)
}

async function lookInto(
  lists: Lists,
  points: Points,
  { members, asking, tools }: Cell & { readonly tools: Tools },
): Promise<void> {
  for (let m = 0; m < members.length; m += blockRows) {
    const columns = members.subarray(m, m + blockRows)
    const block = blockOf(points, columns)
    const halves = Float32Array.from(columns, (id) => points.halves[id]!)
    for (let a = 0; a < asking.length; a += blockRows) {
      const ids = asking.subarray(a, a + blockRows)
      const products = await tools.matmul(blockOf(points, ids), block)
      keepInto(lists, halves, { ids, columns, products })
    }
  }
}

type Products = { readonly ids: Int32Array; readonly columns: Int32Array; readonly products: Matrix }

function keepInto(lists: Lists, halves: Float32Array, { ids, columns, products }: Products): void {
  const { data, columns: width } = products
  for (let r = 0; r < ids.length; r++) {
    const row = ids[r]!
    const from = r * width
    let worst = lists.scores[row * lists.k]!
    for (let c = 0; c < width; c++) {
      const score = halves[c]! - data[from + c]!
      if (score < worst) worst = replaceWorst(lists, row, { id: columns[c]!, score })
    }
  }
}

/** Who has found another is found by it: of two near rows often only one looked into the other's cell. */
function askBack(lists: Lists, halves: Float32Array): void {
  const { k } = lists
  const [ids, scores] = [lists.ids.slice(), lists.scores.slice()]
  for (let place = 0; place < ids.length; place++) {
    const [id, row] = [Math.floor(place / k), ids[place]!]
    if (row < 0) continue
    const score = scores[place]! - halves[row]! + halves[id]!
    const first = row * k
    if (score >= lists.scores[first]! || lists.ids.subarray(first, first + k).includes(id)) continue
    replaceWorst(lists, row, { id, score })
  }
}

/** Of a sample of rows: which share of the neighbours found are among the nearest, ties counted in. */
async function recallOf(points: Points, near: Neighbours, { random, matmul }: Tools): Promise<number> {
  const { rows, halves } = points
  const sample = Int32Array.from({ length: Math.min(sampleRows, rows.rows) }, () => random.below(rows.rows))
  const queries = blockOf(points, sample)
  const lists = emptyLists(sample.length, near.k + spare)
  const ids = Int32Array.from(sample.keys())
  for (let from = 0; from < rows.rows; from += blockRows) {
    const columns = span(from, Math.min(from + blockRows, rows.rows))
    const products = await matmul(queries, blockOf(points, columns))
    keepInto(lists, halves.subarray(from), { ids, columns, products })
  }
  let found = 0
  for (const [i, row] of sample.entries()) {
    const nearest = lists.ids.subarray(i * lists.k, (i + 1) * lists.k).filter((id) => id >= 0 && id !== row)
    const farthest = Float64Array.from(nearest, (id) => distance(rows, row, id)).sort()[near.k - 1]!
    const its = near.distances.subarray(row * near.k, (row + 1) * near.k)
    found += its.filter((far) => far <= farthest).length
  }
  return found / (sample.length * near.k)
}
