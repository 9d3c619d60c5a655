// Words of a command line to values of a schema; what does not fit is left for the schema to refuse.
import type { Field, Kind } from './fields.ts'

/** As a query string has it, too: the word takes the value away. */
export const valueFor = ({ kind, isNullable }: Field, given: unknown): unknown =>
  given === 'null' && isNullable ? null : coerce(kind, given)

/** A flag's text, or all texts of a flag that may be repeated. */
function coerce(kind: Kind, given: unknown): unknown {
  if (kind.is === 'list') return [given].flat().flatMap((text) => items(kind.of, String(text)))
  if (typeof given !== 'string') return given
  if (kind.is === 'number')
    return given.trim() !== '' && Number.isFinite(Number(given)) ? Number(given) : given
  if (kind.is === 'object') return objectOf(kind.fields, given)
  return given
}

/** `wren,robin` is two classes; an object's own text may hold a comma, so it is one. */
const items = (kind: Kind, text: string): unknown[] =>
  (kind.is === 'object' ? [text] : text.split(','))
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => coerce(kind, item))

/** `12=wren` fills the first two fields, `from=a,to=b` those that it names; all else is given as JSON. */
function objectOf(fields: readonly Field[], text: string): unknown {
  if (text.startsWith('{')) return maybeJson(text)
  const [first, second] = fields
  const [left, ...rest] = text.split('=')
  if (!first || !second || rest.length === 0) return text
  const named = namedIn(fields, text)
  if (named) return named
  const right = rest.join('=')
  // Nothing after the sign takes the value away: a null, where the schema has one.
  return {
    [first.key]: coerce(first.kind, left),
    [second.key]: right === '' ? null : coerce(second.kind, right),
  }
}

function namedIn(fields: readonly Field[], text: string): Record<string, unknown> | undefined {
  const pairs = text.split(',').map((part) => part.split('=').map((word) => word.trim()))
  const kinds = new Map(fields.map((field) => [field.key, field.kind]))
  if (!pairs.every(([key = '', ...value]) => kinds.has(key) && value.length === 1)) return undefined
  return Object.fromEntries(pairs.map(([key, value]) => [key, coerce(kinds.get(key!)!, value)]))
}

function maybeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text // not JSON after all: the schema's sentence shows it
  }
}
