// Points into pixels, by hand: 100,000 take 4 ms anywhere; WebGL without a graphics card took 170.
import type { Camera, Size } from './camera.ts'
import type { Places } from './inside.ts'

/** Bytes red, green, blue and 255, as a little-endian word. */
export type Colour = number
/** What one point leaves: steps from its middle, and their colours. */
export type Stamp = { readonly steps: Int32Array; readonly colours: Uint32Array; readonly reach: number }
export type Fill = 'none' | 'hollow' | 'full'
export type Frame = Size & { readonly pixels: Uint32Array }

const hollowFrom = 2.4 // pixels of radius: a smaller ring has no inside

/** A disc with a soft edge; hollow ones keep a breath of their colour, so that crowds stay legible. */
export function stampOf(
  colour: Colour,
  o: { readonly radius: number; readonly fill: Fill; readonly ground: Colour; readonly width: number },
): Stamp {
  const reach = Math.ceil(o.radius)
  const steps: number[] = []
  const colours: number[] = []
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const far = Math.hypot(x, y)
      const cover = Math.min(1, o.radius + 0.5 - far)
      if (cover <= 0) continue
      steps.push(y * o.width + x)
      colours.push(mixed(o.ground, colour, cover * strengthAt(far, o)))
    }
  }
  return { steps: Int32Array.from(steps), colours: Uint32Array.from(colours), reach }
}

function strengthAt(far: number, { radius, fill }: { readonly radius: number; readonly fill: Fill }): number {
  if (fill !== 'hollow') return 1
  if (radius < hollowFrom) return 0.5
  return far > radius - 1.3 ? 0.9 : 0.2
}

export function mixed(a: Colour, b: Colour, share: number): Colour {
  let word = 0xff
  for (const shift of [16, 8, 0]) {
    const [from, to] = [(a >>> shift) & 255, (b >>> shift) & 255]
    word = word * 256 + Math.round(from + share * (to - from))
  }
  return word
}

type Scene = {
  readonly places: Places
  /** Which points, the undermost first. */
  readonly order: Uint32Array
  /** Of each point its stamp. */
  readonly looks: Uint16Array
  readonly stamps: readonly Stamp[]
  readonly ground: Colour
}

export function paintInto({ pixels, width, height }: Frame, scene: Scene, camera: Camera): void {
  const { places, order, looks, stamps } = scene
  const { x, y } = places
  pixels.fill(scene.ground)
  const [left, top] = [width / 2 - camera.x * camera.scale, height / 2 + camera.y * camera.scale]
  for (const i of order) {
    const { steps, colours, reach } = stamps[looks[i]!]!
    const across = Math.round(left + x[i]! * camera.scale)
    const down = Math.round(top - y[i]! * camera.scale)
    if (across < reach || down < reach || across >= width - reach || down >= height - reach) continue
    const at = down * width + across
    for (let step = 0; step < steps.length; step++) pixels[at + steps[step]!] = colours[step]!
  }
}

/** Small when many, and larger the closer one looks. */
export function radiusFor(count: number, zoom: number): number {
  const base = count > 50_000 ? 1.6 : count > 10_000 ? 2 : count > 2000 ? 2.8 : 4
  return Math.min(9, base * Math.max(1, zoom) ** 0.4)
}
