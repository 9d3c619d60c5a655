import type { Pixels } from './images.ts'

const side = 32
const kept = 8
// cosine[k × 32 + i] = cos(π k (2i + 1) / 64): the first rows of the discrete cosine transform
const cosine = Float64Array.from({ length: kept * side }, (_, at) =>
  Math.cos((Math.PI * Math.floor(at / side) * (2 * (at % side) + 1)) / (2 * side)),
)

/**
 * Perceptual hash: the 64 lowest frequencies of the grey picture at 32 × 32, each above its median or not.
 * Survives another size, another compression, a little brightness; differs for another picture.
 */
export function fingerprint(pixels: Pixels): string {
  const low = lowFrequencies(greyAt32(pixels))
  const median = [...low].sort((a, b) => a - b)[kept * kept * 0.5]!
  let digits = ''
  for (let at = 0; at < low.length; at += 4) {
    let four = 0
    for (let bit = 0; bit < 4; bit++) four = four * 2 + (low[at + bit]! >= median ? 1 : 0)
    digits += four.toString(16)
  }
  return digits
}

/** Means of boxes, each at least a pixel wide: small pictures are stretched, large ones averaged. */
function greyAt32({ width, height, data }: Pixels): Float64Array {
  const grey = new Float64Array(side * side)
  for (let row = 0; row < side; row++) {
    const [top, bottom] = span(row, height)
    for (let column = 0; column < side; column++) {
      const [left, right] = span(column, width)
      let sum = 0
      for (let y = top; y < bottom; y++) {
        for (let at = (y * width + left) * 3; at < (y * width + right) * 3; at += 3) {
          sum += 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!
        }
      }
      grey[row * side + column] = sum / ((bottom - top) * (right - left))
    }
  }
  return grey
}

function span(index: number, of: number): readonly [number, number] {
  const from = Math.floor((index * of) / side)
  return [from, Math.max(from + 1, Math.floor(((index + 1) * of) / side))]
}

/** low = C · grey · Cᵀ */
function lowFrequencies(grey: Float64Array): Float64Array {
  const half = new Float64Array(kept * side)
  for (let k = 0; k < kept; k++) {
    for (let column = 0; column < side; column++) {
      let sum = 0
      for (let i = 0; i < side; i++) sum += cosine[k * side + i]! * grey[i * side + column]!
      half[k * side + column] = sum
    }
  }
  const low = new Float64Array(kept * kept)
  for (let k = 0; k < kept; k++) {
    for (let l = 0; l < kept; l++) {
      let sum = 0
      for (let i = 0; i < side; i++) sum += half[k * side + i]! * cosine[l * side + i]!
      low[k * kept + l] = sum
    }
  }
  return low
}
