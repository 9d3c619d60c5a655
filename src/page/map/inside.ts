import type { Point } from './camera.ts'

export type Places = { readonly x: Float32Array; readonly y: Float32Array }

/** The points within a closed stroke, by how often a ray from each crosses it. */
export function insideStroke({ x, y }: Places, stroke: readonly Point[]): readonly number[] {
  if (stroke.length < 3) return []
  const [left, right] = rangeOf(stroke.map((p) => p.x))
  const [bottom, top] = rangeOf(stroke.map((p) => p.y))
  const found: number[] = []
  for (let i = 0; i < x.length; i++) {
    if (x[i]! < left || x[i]! > right || y[i]! < bottom || y[i]! > top) continue
    if (isInside(x[i]!, y[i]!, stroke)) found.push(i)
  }
  return found
}

const rangeOf = (values: readonly number[]): readonly [number, number] => [
  values.reduce((a, b) => Math.min(a, b)),
  values.reduce((a, b) => Math.max(a, b)),
]

function isInside(x: number, y: number, stroke: readonly Point[]): boolean {
  let isIn = false
  let before = stroke.at(-1)!
  for (const now of stroke) {
    if (now.y > y !== before.y > y && x < now.x + ((y - now.y) / (before.y - now.y)) * (before.x - now.x))
      isIn = !isIn
    before = now
  }
  return isIn
}

/** The nearest point, if one is as near as that. */
export function nearestTo({ x, y }: Places, at: Point, within: number): number | undefined {
  let [best, least] = [-1, within * within]
  for (let i = 0; i < x.length; i++) {
    const far = (x[i]! - at.x) ** 2 + (y[i]! - at.y) ** 2
    if (far <= least) [best, least] = [i, far]
  }
  return best < 0 ? undefined : best
}

export function insideCircle({ x, y }: Places, at: Point, radius: number): readonly number[] {
  const found: number[] = []
  for (let i = 0; i < x.length; i++) {
    if ((x[i]! - at.x) ** 2 + (y[i]! - at.y) ** 2 <= radius * radius) found.push(i)
  }
  return found
}
