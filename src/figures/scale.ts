/** A straight map from values to pixels. */
export type Scale = (value: number) => number

export function scaleOf(from: readonly [number, number], to: readonly [number, number]): Scale {
  const span = from[1] - from[0] || 1
  return (value) => to[0] + ((value - from[0]) / span) * (to[1] - to[0])
}

/** Round values inside a range: steps of 1, 2 or 5 times a power of ten, about `wanted` of them. */
export function ticksOf(low: number, high: number, wanted: number): readonly number[] {
  if (!(high > low)) return [low]
  const rough = (high - low) / Math.max(1, wanted)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= 0.75 * rough) ?? 10)
  const first = Math.ceil(low / step - 1e-9)
  const count = Math.floor(high / step + 1e-9) - first + 1
  const ticks = Array.from({ length: count }, (_, i) => round((first + i) * step))
  // A range far narrower than its numbers are large: rounding leads out of it.
  const slack = (high - low) * 1e-9
  return ticks.filter((tick) => tick >= low - slack && tick <= high + slack)
}

/** The range from where the data is, a little wider, inside [0, 1]. */
export function shareRange(values: readonly number[]): readonly [number, number] {
  if (values.length === 0) return [0, 1]
  const low = Math.max(0, Math.floor((Math.min(...values) - 0.02) * 20) / 20)
  const high = Math.min(1, Math.ceil((Math.max(...values) + 0.02) * 20) / 20)
  return high - low < 0.1 ? [Math.max(0, high - 0.1), Math.max(high, 0.1)] : [low, high]
}

// 0.1 + 0.2 must read 0.3 on an axis.
const round = (value: number): number => Number(value.toPrecision(12))
