import { addInto, dot } from './vectors.ts'

/** A function's value at a point, and its gradient there. */
export type Slope = { readonly value: number; readonly gradient: Float64Array }
export type Minimum = Slope & { readonly at: Float64Array; readonly evaluations: number }
type Of = (at: Float64Array) => Promise<Slope>

export type MinimiseOptions = {
  /** Stops where no number of the gradient is larger. */
  readonly tolerance: number
  readonly stepsMax?: number
  /** Steps remembered: more are dearer and hardly better beyond ten (Nocedal and Wright, table 7.3). */
  readonly memory?: number
  /** An estimate of the inverse curvature, times x: where it is good, steps are few. */
  readonly precondition?: (x: Float64Array) => Promise<Float64Array>
}

/** The minimum of a smooth function by L-BFGS (Nocedal and Wright, algorithm 7.5), in float64. */
export async function minimise(of: Of, start: Float64Array, options: MinimiseOptions): Promise<Minimum> {
  const { tolerance, stepsMax = 1000, memory = 10, precondition } = options
  const past: Pair[] = []
  let here: Minimum = { at: start, ...(await of(start)), evaluations: 1 }
  for (let step = 0; step < stepsMax && largest(here.gradient) > tolerance; step++) {
    const direction = await downhill(here.gradient, past, precondition)
    // Of the first step nothing is known but its direction: it has length one.
    const first = step === 0 && !precondition ? 1 / Math.sqrt(dot(direction, direction)) : 1
    const next = await along(of, { from: here, direction, first })
    if (!next) break
    const s = minus(next.at, here.at)
    const y = minus(next.gradient, here.gradient)
    const curvature = dot(s, y)
    if (curvature > 0) past.push({ s, y, curvature })
    if (past.length > memory) past.shift()
    here = next
  }
  return here
}

/** A step s, by how much y it changed the gradient, and s · y. */
type Pair = { readonly s: Float64Array; readonly y: Float64Array; readonly curvature: number }

/** −H · gradient, where H, the inverse curvature, is known by the steps past: the two-loop recursion. */
async function downhill(
  gradient: Float64Array,
  past: readonly Pair[],
  precondition: MinimiseOptions['precondition'],
): Promise<Float64Array> {
  const rest = gradient.map((value) => -value)
  const weights = new Float64Array(past.length)
  for (let i = past.length - 1; i >= 0; i--) {
    const { s, y, curvature } = past[i]!
    weights[i] = dot(s, rest) / curvature
    addInto(rest, y, -weights[i]!)
  }
  const direction = precondition ? await precondition(rest) : rest
  const last = past.at(-1)
  if (last) {
    const scale = last.curvature / dot(last.y, precondition ? await precondition(last.y) : last.y)
    for (let i = 0; i < direction.length; i++) direction[i]! *= scale
  }
  for (const [i, { s, y, curvature }] of past.entries()) {
    addInto(direction, s, weights[i]! - dot(y, direction) / curvature)
  }
  return direction
}

const sufficient = 1e-4
const flatter = 0.9
// Near the minimum the value drowns in rounding, and the slope decides (Hager and Zhang's approximate Wolfe).
const noise = 1e-7
const triesMax = 20

/** A point on the line that is low and flat enough (Wolfe's conditions), or null where rounding hides it. */
async function along(of: Of, { from, direction, first }: Line): Promise<Minimum | null> {
  const slope0 = dot(from.gradient, direction)
  if (!(slope0 < 0)) return null
  let low: Tried = { step: 0, value: from.value, slope: slope0 }
  let high: Tried | null = null
  let step = first
  for (let tries = 1; tries <= triesMax; tries++) {
    const at = from.at.slice()
    addInto(at, direction, step)
    const { value, gradient } = await of(at)
    const tried: Tried = { step, value, slope: dot(gradient, direction) }
    const isLow = value <= from.value + sufficient * step * slope0
    const isLevel = value <= from.value + noise * Math.abs(from.value) && tried.slope <= -0.8 * slope0
    if (!(isLow || isLevel) || (high === null && tried.slope > -flatter * slope0)) high = tried
    else if (tried.slope < flatter * slope0) low = tried
    else if (tried.slope <= -flatter * slope0)
      return { at, value, gradient, evaluations: from.evaluations + tries }
    else high = tried
    step = high ? between(low, high) : step * 4
  }
  return null
}

type Line = { readonly from: Minimum; readonly direction: Float64Array; readonly first: number }
type Tried = { readonly step: number; readonly value: number; readonly slope: number }

/** Where the cubic through both points and slopes is lowest, kept off the ends (Nocedal and Wright, 3.59). */
function between(a: Tried, b: Tried): number {
  const width = b.step - a.step
  const d1 = a.slope + b.slope - (3 * (b.value - a.value)) / width
  const d2 = Math.sqrt(Math.max(0, d1 * d1 - a.slope * b.slope))
  const share = 1 - (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2)
  return a.step + width * (Number.isFinite(share) ? Math.min(0.9, Math.max(0.1, share)) : 0.5)
}

const largest = (x: Float64Array): number => x.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
const minus = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value - b[i]!)
