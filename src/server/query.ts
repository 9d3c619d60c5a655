// A query string is all text: numbers, booleans and lists are read as the step's schema says.
import { z } from 'zod'

type Shape = {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Shape[]
  readonly items?: Shape
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly $defs?: Readonly<Record<string, Shape>>
}
type Query = Readonly<Record<string, unknown>>

/** What cannot be read is left as text, so that the step's own parser names field, rule and value. */
export function queryReader(input: z.ZodObject): (query: Query) => Record<string, unknown> {
  const root = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Shape
  return (query) =>
    Object.fromEntries(
      Object.entries(query).map(([name, given]) => [
        name,
        readParameter(given, root.properties?.[name], root),
      ]),
    )
}

function readParameter(given: unknown, shape: Shape | undefined, root: Shape): unknown {
  const alternatives = alternativesOf(shape, root)
  const list = alternatives.find((one) => typesOf(one).includes('array'))
  if (!list) return typeof given === 'string' ? readText(given, alternatives) : given
  const items = alternativesOf(list.items, root)
  const texts = (Array.isArray(given) ? given : [given]).flatMap((text) => String(text).split(','))
  return texts.filter((text) => text !== '').map((text) => readText(text, items))
}

function readText(text: string, alternatives: readonly Shape[]): unknown {
  const types = alternatives.flatMap(typesOf)
  if (alternatives.some((one) => one.enum?.includes(text) || one.const === text)) return text
  const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)
  if (isNumber && (types.includes('number') || types.includes('integer'))) return Number(text)
  if (types.includes('boolean')) {
    if (['true', '1', ''].includes(text)) return true
    if (['false', '0'].includes(text)) return false
  }
  return text === 'null' && types.includes('null') ? null : text
}

const typesOf = (shape: Shape): readonly string[] =>
  typeof shape.type === 'string' ? [shape.type] : (shape.type ?? [])

function alternativesOf(shape: Shape | undefined, root: Shape): readonly Shape[] {
  if (!shape) return []
  if (shape.$ref) return alternativesOf(root.$defs?.[shape.$ref.replace('#/$defs/', '')], root)
  return shape.anyOf ? shape.anyOf.flatMap((one) => alternativesOf(one, root)) : [shape]
}
