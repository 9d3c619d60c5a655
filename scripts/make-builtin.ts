// Makes assets/builtin.npy, the weights of the encoder `builtin`: node scripts/make-builtin.ts
// Learnt from CIFAR-10's 50,000 training images, whose labels it never reads. Takes a minute on two cores.
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { cifar10, cifarImageBytes } from '../bench/data.ts'
import { writeNpy } from '../src/formats/npy.ts'
import { build, toOnnx } from '../src/graph/index.ts'
import { matrix, randomFrom, rowOf, type Matrix, type Random } from '../src/math/index.ts'
import {
  builtinGraph,
  builtinShape,
  builtinWidth,
  numbersOfBuiltin,
  varianceFloor,
} from '../src/nets/index.ts'
import { openSession } from '../src/runtime/session.ts'

const { size, patch, patches, quarters } = builtinShape
const numbers = 3 * patch * patch
const samples = 200_000
const rounds = 15
/** Of the whitening: smaller sharpens noise, larger leaves colours blurred. Patches have a variance of about 1. */
const softness = 0.1
/** Images over which the sums are made alike. */
const standardImages = 10_000

const say = (text: string) => process.stderr.write(`${text}\n`)
const random = randomFrom(1)
const { pixels } = (await cifar10(say)).train
const multiply = await openProduct()

const found = samplePatches(random)
const mean = columnMeans(found)
for (let row = 0; row < found.rows; row++) subtractInto(rowOf(found, row), mean)
const whitening = await whiteningOf(found)
const whitened = await multiply(found, whitening)
const centres = await kMeans(whitened)
// (x − mean) · W · c = x · (W c) − mean · (W c); W is symmetric. Patches have no mean of their own, so filters need none.
const filters = await multiply(centres, whitening)
const offsets = Float32Array.from({ length: patches }, (_, k) => dot(rowOf(filters, k), mean))
for (let k = 0; k < patches; k++)
  subtractInto(rowOf(filters, k), new Float32Array(numbers).fill(meanOf(rowOf(filters, k))))
const weights = { filters: filters.data, offsets, ...(await standardOf(filters.data, offsets)) }
const file = writeNpy('float16', [numbersOfBuiltin(weights).length], numbersOfBuiltin(weights))
writeFileSync(new URL('../assets/builtin.npy', import.meta.url), file)
say(`assets/builtin.npy: ${file.length} bytes, sha256 ${createHash('sha256').update(file).digest('hex')}`)
process.exit(0)

/** [samples, channel · row · column], each less its mean and divided by its deviation, as the graph does. */
function samplePatches(chance: Random): Matrix {
  const all = matrix(samples, numbers)
  for (let row = 0; row < samples; row++) {
    const image = chance.below(pixels.length / cifarImageBytes) * cifarImageBytes
    const [top, left] = [chance.below(size - patch + 1), chance.below(size - patch + 1)]
    const into = rowOf(all, row)
    for (let at = 0; at < numbers; at++) {
      const [channel, place] = [Math.floor(at / patch ** 2), at % patch ** 2]
      const [y, x] = [top + Math.floor(place / patch), left + (place % patch)]
      into[at] = pixels[image + (y * size + x) * 3 + channel]!
    }
    subtractInto(into, new Float32Array(numbers).fill(meanOf(into)))
    scaleInto(into, 1 / Math.sqrt(dot(into, into) / numbers + varianceFloor))
  }
  return all
}

/** ZCA: V · (Λ + softness)^−½ · Vᵀ of the covariance. */
async function whiteningOf(rows: Matrix): Promise<Matrix> {
  const turned = matrix(rows.columns, rows.rows)
  for (let i = 0; i < rows.rows; i++) {
    for (let j = 0; j < rows.columns; j++) turned.data[j * rows.rows + i] = rows.data[i * rows.columns + j]!
  }
  const covariance = Float64Array.from((await multiply(turned, turned)).data, (sum) => sum / rows.rows)
  const { values, vectors } = eigen(covariance, numbers)
  const half = matrix(numbers, numbers)
  for (let i = 0; i < numbers; i++) {
    for (let k = 0; k < numbers; k++) {
      half.data[i * numbers + k] = vectors[i * numbers + k]! * (Math.max(values[k]!, 0) + softness) ** -0.25
    }
  }
  return multiply(half, half)
}

/** Jacobi's rotations, until nothing beside the diagonal is left; vectors stand in columns. */
function eigen(symmetric: Float64Array, n: number) {
  const [a, vectors] = [symmetric.slice(), new Float64Array(n * n)]
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1
  for (let sweep = 0; sweep < 20; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(a[p * n + q]!) < 1e-13) continue
        const slope = (a[q * n + q]! - a[p * n + p]!) / (2 * a[p * n + q]!)
        const tangent = (slope < 0 ? -1 : 1) / (Math.abs(slope) + Math.hypot(slope, 1))
        const cosine = 1 / Math.hypot(tangent, 1)
        for (let k = 0; k < n; k++) rotateInto(a, [k * n + p, k * n + q], [cosine, tangent * cosine])
        for (let k = 0; k < n; k++) rotateInto(a, [p * n + k, q * n + k], [cosine, tangent * cosine])
        for (let k = 0; k < n; k++) rotateInto(vectors, [k * n + p, k * n + q], [cosine, tangent * cosine])
      }
    }
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors }
}

function rotateInto(
  a: Float64Array,
  [p, q]: readonly [number, number],
  [c, s]: readonly [number, number],
): void {
  const [x, y] = [a[p]!, a[q]!]
  a[p] = c * x - s * y
  a[q] = s * x + c * y
}

/** Directions, not places (spherical, and damped by the centre before, as Coates and Ng): a patch and its negative are one. */
async function kMeans(rows: Matrix): Promise<Matrix> {
  const found = matrix(patches, numbers)
  for (let i = 0; i < found.data.length; i++) found.data[i] = random.normal()
  unitInto(found)
  for (let round = 0; round < rounds; round++) {
    const sums = matrix(patches, numbers)
    for (let from = 0; from < rows.rows; from += 10_000) {
      const part = matrix(10_000, numbers, rows.data.subarray(from * numbers, (from + 10_000) * numbers))
      await gatherInto(sums, part, found)
    }
    for (let i = 0; i < found.data.length; i++) found.data[i]! += sums.data[i]!
    unitInto(found)
    say(`k-means, round ${round + 1} of ${rounds}`)
  }
  return found
}

async function gatherInto(sums: Matrix, part: Matrix, centres: Matrix): Promise<void> {
  const answers = await multiply(part, centres)
  for (let row = 0; row < part.rows; row++) {
    const answer = rowOf(answers, row)
    let best = 0
    for (let k = 1; k < patches; k++) if (Math.abs(answer[k]!) > Math.abs(answer[best]!)) best = k
    const [into, x] = [rowOf(sums, best), rowOf(part, row)]
    for (let i = 0; i < numbers; i++) into[i]! += answer[best]! * x[i]!
  }
}

/** Mean and 1 / deviation of each sum before it is made standard, by running the graph itself. */
async function standardOf(patchFilters: Float32Array, patchOffsets: Float32Array) {
  const plain = {
    filters: patchFilters,
    offsets: patchOffsets,
    means: new Float32Array(builtinWidth),
    scales: new Float32Array(builtinWidth).fill(1),
  }
  const graph = builtinGraph(plain)
  // The sums stand before the last steps, which make them standard and of length one.
  const sums = graph.nodes.findLast((node) => node.op === 'Flatten')!.output
  const session = await openSession(toOnnx({ ...graph, outputs: [sums] }))
  const [total, squares] = [new Float64Array(builtinWidth), new Float64Array(builtinWidth)]
  for (let from = 0; from < standardImages; from += 100) {
    const image = {
      shape: [100, size, size, 3],
      data: pixels.subarray(from * cifarImageBytes, (from + 100) * cifarImageBytes),
    }
    const { data } = (await session.run({ image }))[sums]!
    for (let i = 0; i < data.length; i++) {
      total[i % builtinWidth]! += data[i]!
      squares[i % builtinWidth]! += data[i]! ** 2
    }
  }
  const means = Float32Array.from(total, (sum) => sum / standardImages)
  const scales = Float32Array.from(
    squares,
    (sum, i) => 1 / Math.sqrt(sum / standardImages - means[i]! ** 2 + 1e-6),
  )
  say(`${patches} patches × ${quarters} quarters × above and below: ${builtinWidth} numbers an image`)
  return { means, scales }
}

async function openProduct(): Promise<(a: Matrix, b: Matrix) => Promise<Matrix>> {
  const g = build()
  const [a, b] = [g.input('a', 'float32', ['rows', 'width']), g.input('b', 'float32', ['others', 'width'])]
  const session = await openSession(toOnnx(g.graph('product', { product: g.gemm(a, b, { transB: 1 }) })))
  return async (x, y) => {
    const { product } = await session.run({
      a: { shape: [x.rows, x.columns], data: x.data },
      b: { shape: [y.rows, y.columns], data: y.data },
    })
    return matrix(x.rows, y.rows, Float32Array.from(product!.data))
  }
}

function columnMeans(rows: Matrix): Float32Array {
  const sums = new Float64Array(rows.columns)
  for (let i = 0; i < rows.data.length; i++) sums[i % rows.columns]! += rows.data[i]!
  return Float32Array.from(sums, (sum) => sum / rows.rows)
}
function meanOf(row: Float32Array): number {
  let sum = 0
  for (const x of row) sum += x
  return sum / row.length
}
function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
function subtractInto(row: Float32Array, other: Float32Array): void {
  for (let i = 0; i < row.length; i++) row[i]! -= other[i]!
}
function scaleInto(row: Float32Array, by: number): void {
  for (let i = 0; i < row.length; i++) row[i]! *= by
}
function unitInto(rows: Matrix): void {
  for (let k = 0; k < rows.rows; k++)
    scaleInto(rowOf(rows, k), 1 / Math.sqrt(dot(rowOf(rows, k), rowOf(rows, k))))
}
