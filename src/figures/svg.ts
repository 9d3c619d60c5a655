/** Text of an SVG element; figures are values, so that page and files draw the same. */
export type Svg = string
type Attributes = Readonly<Record<string, string | number | undefined>>

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
/** Class names are strangers' words: none may open a tag. */
export const escapeText = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign]!)

export function element(name: string, attributes: Attributes, ...inside: readonly Svg[]): Svg {
  const pairs = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? short(value) : escapeText(value!)}"`)
  return inside.length === 0
    ? `<${name}${pairs.join('')}/>`
    : `<${name}${pairs.join('')}>${inside.join('')}</${name}>`
}

export const write = (text: string, at: Attributes): Svg => element('text', at, escapeText(text))

/** Hundredths of a pixel are below what any screen shows. */
export const short = (value: number): string => String(Math.round(value * 100) / 100)

export function figure(
  size: { readonly width: number; readonly height: number },
  says: string,
  ...inside: readonly Svg[]
): Svg {
  const { width, height } = size
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${short(width)} ${short(height)}`,
      width,
      height,
      role: 'img',
      'aria-label': says,
    },
    ...inside,
  )
}
