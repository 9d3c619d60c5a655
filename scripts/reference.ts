// The reference of steps, configuration, exit codes and routes, read off the program's own tables.
// With --check: fails when docs/reference.md is not what this would write.
import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { kinds } from '../src/base/index.ts'
import { configuration, followersOf, steps, type Step } from '../src/steps/index.ts'

const file = 'docs/reference.md'
type Field = {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly description?: string
  readonly items?: Field
  readonly anyOf?: readonly Field[]
  readonly const?: unknown
  readonly properties?: Record<string, Field>
}

function typeOf(field: Field): string {
  if (field.const !== undefined) return JSON.stringify(field.const)
  if (field.enum) return field.enum.map((v) => JSON.stringify(v)).join(' or ')
  if (field.anyOf) return field.anyOf.map(typeOf).join(' or ')
  if (field.items) return `list of ${typeOf(field.items)}`
  if (field.properties) return `{ ${Object.keys(field.properties).join(', ')} }`
  return [field.type ?? 'anything'].flat().join(' or ')
}
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const row = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
const flagOf = (name: string) => `--${name.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`

function fieldRows(schema: z.ZodType, io: 'input' | 'output'): string[] {
  const json = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Field & { required?: string[] }
  return Object.entries(json.properties ?? {}).map(([name, field]) => {
    const fallback =
      field.default === undefined
        ? (json.required?.includes(name) ?? false)
          ? 'needed'
          : ''
        : JSON.stringify(field.default)
    return row(
      io === 'input'
        ? [`\`${name}\``, typeOf(field), fallback, field.description ?? '']
        : [`\`${name}\``, typeOf(field), field.description ?? ''],
    )
  })
}

function sectionOf(it: Step): string {
  const method = it.reads ? 'GET' : 'POST'
  const positional = it.positional?.map((p) => ` <${p}>`).join('') ?? ''
  const input = fieldRows(it.input, 'input')
  const output = fieldRows(it.output, 'output')
  return [
    `## ${it.name}`,
    `${it.summary}.`.replace('..', '.'),
    '',
    `\`bowerbird ${it.name}${positional}\` · \`${method} /v1/${it.name}\` · takes ${it.takes}${followersOf(it)
      .map((name) => ` · then \`${name}\``)
      .join('')}`,
    ...(input.length > 0
      ? ['', '| goes in | type | if left out | what it is |', '|---|---|---|---|', ...input]
      : []),
    ...(output.length > 0 ? ['', '| comes out | type | what it is |', '|---|---|---|', ...output] : []),
  ].join('\n')
}

const settings = Object.entries(
  (z.toJSONSchema(configuration, { io: 'input' }) as Field).properties ?? {},
).map(([name, field]) =>
  row([
    `\`${name}\``,
    `\`${flagOf(name)}\``,
    `\`BOWERBIRD_${name.replaceAll(/[A-Z]/g, (c) => `_${c}`).toUpperCase()}\``,
    JSON.stringify(field.default),
    field.description ?? '',
  ]),
)
const text = `# Reference
Written by \`scripts/reference.ts\` from the table of steps; a test compares.

${steps.map(sectionOf).join('\n\n')}

## Configuration
Flags over environment over \`bowerbird.config.json\` over defaults; \`bowerbird config\` prints what holds and why.

| setting | flag | environment | default | what it is |
|---|---|---|---|---|
${settings.join('\n')}

## What can go wrong
\`{ "error": { "kind", "message" } }\` with this status over HTTP; the message and this exit code in a shell.

| kind | HTTP | exit |
|---|---|---|
${Object.entries(kinds)
  .map(([kind, { http, exit }]) => row([`\`${kind}\``, String(http), String(exit)]))
  .join('\n')}
`
if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8').replaceAll('\r\n', '\n') !== text) {
    console.error(`${file} is not what the steps say: run node scripts/reference.ts`)
    process.exit(1)
  }
} else writeFileSync(file, text)
