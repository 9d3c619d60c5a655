// XML as far as lists of labels need it: elements, attributes, text. Document types are refused, so that no
// entity can grow or reach for a file.
import { Failure } from '../base/index.ts'

export type Xml = {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Xml[]
  readonly text: string
}

const signs: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}
// What XML 1.0 has no way to write, not even as a number; lone halves of surrogate pairs among it.
const unwritable = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u

export function escapeXml(text: string): string {
  if (unwritable.test(text)) {
    throw new Failure('bad-input', `XML has no way to write a character of ${JSON.stringify(text)}`)
  }
  return text.replace(/[&<>"\t\n\r]/g, (sign) => signs[sign]!)
}

type Attributes = Readonly<Record<string, string | number | null>>
/** Opens an element; attributes that are null are left out. */
export const xmlTag = (name: string, attributes: Attributes, end: '' | '/' = ''): string =>
  `<${name}${Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`)
    .join('')}${end}>`

const token = new RegExp(
  [
    /<!--[^]*?-->|<\?[^]*?\?>/, // comments, instructions
    /<!\[CDATA\[([^]*?)\]\]>/,
    /<\/([^\s<>]+)\s*>/,
    /<([^\s<>/!?]+)((?:\s+[^\s=<>/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/,
    /([^<]+)/,
  ]
    .map((part) => part.source)
    .join('|'),
  'y',
)
const attribute = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

type Open = { name: string; attributes: Map<string, string>; children: Open[]; text: string }
const opened = (name: string, given = ''): Open => ({
  name,
  attributes: attributesIn(given),
  children: [],
  text: '',
})

/** The outermost element. */
export function readXml(text: string): Xml {
  const whole = opened('')
  const path = [whole]
  let at = text.startsWith('\uFEFF') ? 1 : 0
  while (at < text.length) {
    token.lastIndex = at
    const found = token.exec(text)
    if (!found) throw notXml(`its character ${at + 1} starts nothing that is known`)
    at = token.lastIndex
    take(found, path)
  }
  if (path.length > 1) throw notXml(`<${path.at(-1)!.name}> is never closed`)
  const [root, ...more] = whole.children
  if (!root || more.length > 0)
    throw notXml(`it must hold one element, and it holds ${whole.children.length}`)
  return root
}

function take([, data, closed, name, given, end, words]: RegExpExecArray, path: Open[]): void {
  const inside = path.at(-1)!
  if (name !== undefined) {
    const element = opened(name, given)
    inside.children.push(element)
    if (end === '') path.push(element)
  } else if (closed !== undefined) {
    if (path.length === 1 || inside.name !== closed) throw notXml(`</${closed}> closes nothing`)
    path.pop()
  } else inside.text += data ?? unescape(words ?? '')
}

const attributesIn = (given: string): Map<string, string> =>
  new Map([...given.matchAll(attribute)].map(([, key, a, b]) => [key!, unescape(a ?? b ?? '')]))

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescape(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(#x[\da-f]{1,6}|#\d{1,7}|\w+);/gi, (whole, given: string) => {
    if (!given.startsWith('#')) return named[given] ?? whole
    const isHex = /^#x/i.test(given)
    const code = Number.parseInt(given.slice(isHex ? 2 : 1), isHex ? 16 : 10)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

const notXml = (why: string): Failure => new Failure('bad-input', `it is not XML: ${why}`)

export const childrenOf = (element: Xml, name: string): readonly Xml[] =>
  element.children.filter((child) => child.name === name)
/** The text of the first such child, without the blanks of its layout. */
export const wordIn = (element: Xml, name: string): string | null =>
  element.children.find((child) => child.name === name)?.text ?? null
