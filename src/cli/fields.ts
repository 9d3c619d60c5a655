// A step's schema seen as flags: what each field is called, takes, allows and defaults to.

export type Field = {
  readonly key: string
  /** kebab-case, as the flag is typed. */
  readonly flag: string
  readonly says: string
  readonly isRequired: boolean
  /** Typed as `null`. */
  readonly isNullable: boolean
  readonly default: unknown
  readonly kind: Kind
}
export type Kind =
  | { readonly is: 'text' | 'number' | 'boolean' }
  | { readonly is: 'choice'; readonly choices: readonly string[] }
  | { readonly is: 'list'; readonly of: Kind }
  /** The first two fields can be given as `key=value`. */
  | { readonly is: 'object'; readonly fields: readonly Field[] }

/** What is read of a schema: the parts of its definition, whichever library's version made it. */
export type Schema = {
  readonly description?: string | undefined
  readonly shape?: Readonly<Record<string, unknown>>
  readonly options?: readonly unknown[]
  readonly def: {
    readonly type: string
    readonly innerType?: unknown
    readonly element?: unknown
    readonly in?: unknown
    readonly defaultValue?: unknown
  }
}

export const fieldsOf = (schema: { readonly shape: Readonly<Record<string, unknown>> }): Field[] =>
  Object.entries(schema.shape).map(([key, field]) => fieldOf(key, field as Schema))

export const kebab = (key: string): string => key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)

/** Each wrapper says one thing of what it wraps; a pipe's flag is what goes into it. */
const wrappers = new Set(['default', 'prefault', 'optional', 'nullable', 'readonly', 'pipe'])
const mayBeLeftOut = new Set(['default', 'prefault', 'optional'])

function fieldOf(key: string, schema: Schema): Field {
  let inner = schema
  let says = schema.description
  let value: unknown
  let isRequired = true
  let isNullable = false
  while (wrappers.has(inner.def.type)) {
    if (mayBeLeftOut.has(inner.def.type)) isRequired = false
    if (inner.def.type === 'nullable') isNullable = true
    value ??= inner.def.defaultValue
    inner = (inner.def.innerType ?? inner.def.in) as Schema
    says ??= inner.description
  }
  const kind = kindOf(inner)
  return { key, flag: kebab(key), says: says ?? '', isRequired, isNullable, default: value, kind }
}

function kindOf(schema: Schema): Kind {
  const { type } = schema.def
  if (type === 'enum') return { is: 'choice', choices: (schema.options ?? []).map(String) }
  if (type === 'array') return { is: 'list', of: fieldOf('', schema.def.element as Schema).kind }
  if (type === 'object') return { is: 'object', fields: fieldsOf({ shape: schema.shape ?? {} }) }
  if (type === 'number' || type === 'int') return { is: 'number' }
  return { is: type === 'boolean' ? 'boolean' : 'text' }
}
