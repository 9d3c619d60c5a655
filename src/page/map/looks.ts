// Which stamp each point has, and which lies above which.
import type { Colour, Fill } from './paint.ts'
import { mixed, stampOf, type Stamp } from './paint.ts'

type Facts = {
  /** A class counted from 1; 0 is none. */
  readonly label: Uint16Array
  readonly guess: Uint16Array
  readonly chosen: Uint8Array
}

/** Looks come in threes of a class (none, guess, label), first plain or dimmed ones, then the chosen. */
const lookOf = (classNumber: number, isLabel: boolean): number =>
  classNumber === 0 ? 0 : 2 * classNumber - (isLabel ? 0 : 1)
export const lookCount = (classes: number): number => 2 * classes + 1

export function looksOf({ label, guess, chosen }: Facts, classes: number): Uint16Array {
  const looks = new Uint16Array(label.length)
  for (let i = 0; i < looks.length; i++) {
    const own = label[i]! > 0 ? lookOf(label[i]!, true) : lookOf(guess[i]!, false)
    looks[i] = own + (chosen[i] ? lookCount(classes) : 0)
  }
  return looks
}

/** Unknown ones undermost, then guesses, labels, and what is chosen on top. */
export function orderOf({ label, guess, chosen }: Facts): Uint32Array {
  const layerOf = (i: number) => (chosen[i] ? 3 : label[i]! > 0 ? 2 : guess[i]! > 0 ? 1 : 0)
  const starts = [0, 0, 0, 0, 0]
  for (let i = 0; i < label.length; i++) starts[layerOf(i) + 1]!++
  for (let layer = 1; layer < starts.length; layer++) starts[layer]! += starts[layer - 1]!
  const order = new Uint32Array(label.length)
  for (let i = 0; i < label.length; i++) order[starts[layerOf(i)]!++] = i
  return order
}

export type Palette = {
  readonly ground: Colour
  readonly none: Colour
  readonly classes: readonly Colour[]
  readonly chosen: Colour
}
type Drawn = { readonly radius: number; readonly width: number; readonly isDimmed: boolean }

export function stampsOf(palette: Palette, { radius, width, isDimmed }: Drawn): readonly Stamp[] {
  const { ground } = palette
  const stamp = (colour: Colour, fill: Fill, more = 0) =>
    stampOf(colour, { radius: radius + more, fill, ground, width })
  const all = (turned: (colour: Colour) => Colour, more: number) => [
    stamp(turned(palette.none), 'none', more - 0.4),
    ...palette.classes.flatMap((colour) => [
      stamp(turned(colour), 'hollow', more),
      stamp(turned(colour), 'full', more),
    ]),
  ]
  const plain = all((colour) => (isDimmed ? mixed(ground, colour, 0.3) : colour), 0)
  return [...plain, ...all((colour) => mixed(colour, palette.chosen, 0.2), 1)]
}
