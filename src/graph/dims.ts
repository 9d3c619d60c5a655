// Arithmetic of sizes of which some are names ("n images"): products are kept in one canonical spelling.
import { Failure } from '../base/index.ts'
import type { Dim } from '../formats/index.ts'

export type { Dim }
export type Shape = readonly Dim[]

export const textOf = (shape: Shape): string => `[${shape.join(', ')}]`
export const isKnown = (dim: Dim | undefined): dim is number => typeof dim === 'number'
/** Axes may count from the end. */
export const axisIn = (axis: number, shape: Shape): number => (axis < 0 ? axis + shape.length : axis)

type Product = { readonly factor: number; readonly names: readonly string[] }

function productOf(shape: Shape): Product {
  let factor = 1
  const names: string[] = []
  for (const part of shape.flatMap((dim) => String(dim).split('*'))) {
    if (/^-?\d+$/.test(part)) factor *= Number(part)
    else names.push(part)
  }
  return { factor, names: names.sort() }
}

const dimOf = ({ factor, names }: Product): Dim =>
  names.length === 0 ? factor : [...(factor === 1 ? [] : [factor]), ...names].join('*')

export const times = (...dims: readonly Dim[]): Dim => dimOf(productOf(dims))

/** Whole ÷ part, or undefined where it does not go: names cancel, factors divide. */
function divided(whole: Shape, part: Shape): Dim | undefined {
  const [a, b] = [productOf(whole), productOf(part)]
  const names = [...a.names]
  for (const name of b.names) {
    const at = names.indexOf(name)
    if (at < 0) return undefined
    names.splice(at, 1)
  }
  const factor = a.factor / b.factor
  return Number.isInteger(factor) ? dimOf({ factor, names }) : undefined
}

/** Sizes aligned at the end; 1 stretches. */
export function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const [p, q] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1]
    if (p === q || q === 1) return p
    if (p === 1) return q
    throw new Failure('bad-input', `cannot combine ${textOf(a)} with ${textOf(b)}: ${p} and ${q} differ`)
  })
}

/** ONNX's Reshape: 0 keeps a size, −1 takes what is left. */
export function reshaped(from: Shape, target: Shape): Shape {
  const kept = target.map((dim, i) => (dim === 0 ? (from[i] ?? 0) : dim))
  const others = kept.filter((dim) => dim !== -1)
  const rest = divided(from, others)
  if (rest !== undefined && (others.length < kept.length || rest === 1)) {
    return kept.map((dim) => (dim === -1 ? rest : dim))
  }
  throw new Failure(
    'bad-input',
    `cannot reshape ${textOf(from)} to ${textOf(target)}: the numbers do not add up`,
  )
}

export type Window = {
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
  readonly pads: readonly [begin: number, end: number]
  readonly rounds?: 'up'
}

/** How often a sliding window fits. */
export function slid(size: Dim, { kernel, stride, dilation, pads, rounds }: Window): Dim {
  const reach = dilation * (kernel - 1) + 1
  const padding = pads[0] + pads[1]
  if (!isKnown(size)) {
    return stride === 1 && reach === padding + 1 ? size : `slid(${size},${reach},${stride},${padding})`
  }
  const steps = (size + padding - reach) / stride
  return (rounds === 'up' ? Math.ceil(steps) : Math.floor(steps)) + 1
}
