// The page's colours as numbers, for pixels: the browser itself turns them.
import { hueOf } from '../grid/colours.ts'
import type { Palette } from './looks.ts'
import type { Colour } from './paint.ts'

/** As the theme stands; classes in the order of their numbers. */
export function paletteOf(node: Element, places: readonly number[]): Palette {
  const style = getComputedStyle(node)
  const token = (name: string) => style.getPropertyValue(name).trim()
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!
  const read = (css: string): Colour => {
    context.fillStyle = css
    context.fillRect(0, 0, 1, 1)
    return new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer)[0]!
  }
  return {
    ground: read(token('--ground')),
    none: read(token('--line-strong')),
    chosen: read(token('--text')),
    classes: places.map((place) =>
      read(`oklch(${token('--class-lightness')} ${token('--class-chroma')} ${hueOf(place)})`),
    ),
  }
}
