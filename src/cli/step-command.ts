// One command for each step, out of its schema: flags, help, and nothing that the schema does not say.
import { Argument, Command, Option } from 'commander'
import { Failure } from '../base/index.ts'
import { configuration, type Step } from '../steps/index.ts'
import { valueFor } from './coerce.ts'
import { fieldsOf, type Field } from './fields.ts'
import type { Call, CliOptions } from './options.ts'
import { runStep } from './run.ts'

/** What a command is called and says; `stepCommand` gives it flags and does it. */
export const commandNamed = ({ name, summary }: Pick<Step, 'name' | 'summary'>): Command =>
  new Command(name).summary(summary).description(`${summary}.`)

export function stepCommand(step: Step, o: CliOptions): Command {
  const fields = fieldsOf(step.input)
  const places = placesOf(step, fields)
  const command = commandNamed(step)
  command.usage(`${places.map(usageOf).join(' ')} [options]`.trim())
  for (const field of places) command.addArgument(argumentOf(field))
  for (const field of fields) for (const option of optionsOf(field, places)) command.addOption(option)
  addSharedOptions(command, new Set(fields.map((field) => field.flag)))
  command.action(async (...words: unknown[]) => {
    const given: Record<string, unknown> = command.opts()
    const input: Record<string, unknown> = {}
    for (const field of fields) {
      const place = places.indexOf(field)
      const typed = (place < 0 ? undefined : maybeTyped(words[place])) ?? given[field.key]
      if (typed !== undefined) input[field.key] = valueFor(field, typed)
    }
    refuseMissing(step, fields, { input, places })
    await runStep(step, input, callOf(command, o, new Set(fields.map((field) => field.key))))
  })
  return command
}

const maybeTyped = (word: unknown): unknown => (Array.isArray(word) && word.length === 0 ? undefined : word)

/** Fields that are given by their place: those the row names, and a list that must be given, at the end. */
function placesOf(step: Step, fields: readonly Field[]): Field[] {
  const named = (step.positional ?? []).flatMap((key) => fields.filter((field) => field.key === key))
  if (named.some((field) => field.kind.is === 'list')) return named
  const list = fields.find((field) => field.isRequired && field.kind.is === 'list')
  return list ? [...named, list] : named
}

/** All may be left out here: a flag may give it, and what is missing is told in our own words. */
function argumentOf(field: Field): Argument {
  const name = field.kind.is === 'list' ? `[${field.flag}...]` : `[${field.flag}]`
  return new Argument(name, field.says)
}

function usageOf({ kind, flag, isRequired }: Field): string {
  const name = kind.is === 'list' ? `${flag}...` : flag
  return isRequired ? `<${name}>` : `[${name}]`
}

const collect =
  (flag: string) =>
  (text: string, before: readonly string[] | undefined): readonly string[] | undefined => [
    ...(before ?? []),
    valueOf(flag, text),
  ]

/** Whatever follows is taken as a value: a flag whose value was forgotten must not swallow the next flag. */
function valueOf(flag: string, text: string): string {
  if (!/^--[a-z]/.test(text)) return text
  throw new Failure('bad-input', `--${flag} must be followed by a value, and ${text} follows`)
}

function optionsOf(field: Field, places: readonly Field[]): Option[] {
  const { kind } = field
  if (kind.is === 'boolean') return booleans(field)
  // `--classes dog cat bird`, up to the next flag: only where no word has to be given by its place.
  const more = places.some((place) => place.isRequired) ? '…' : '...'
  const example = kind.is === 'list' ? `${exampleOf(kind.of)}${more}` : exampleOf(kind)
  const option = new Option(`--${field.flag} <${example}>`, `${field.says}${listed(field)}`)
  if (kind.is === 'list') option.argParser(collect(field.flag))
  else option.argParser((text: string) => valueOf(field.flag, text))
  // Shown, not set: the schema itself fills in what was not given.
  if (field.default !== undefined && kind.is !== 'list') option.description += ` (default: ${field.default})`
  if (places.includes(field)) option.hideHelp()
  return [option]
}

// The help's first column is as wide as its widest flag: long lists stand in the text beside it.
const exampleMax = 60
const few = (choices: string) => (choices.length > exampleMax ? 'name' : choices)
const listed = ({ kind }: Field): string =>
  kind.is === 'choice' && few(kind.choices.join('|')) === 'name' ? `: ${kind.choices.join(', ')}` : ''

function exampleOf(kind: Field['kind']): string {
  if (kind.is === 'choice') return few(kind.choices.join('|'))
  if (kind.is !== 'object') return kind.is
  const [first, second, third] = kind.fields
  if (third?.isRequired) return 'name=value,…'
  return second ? `${first?.key}=${second.key}` : kind.is
}

function booleans(field: Field): Option[] {
  const yes = new Option(`--${field.flag}`, field.says)
  const no = new Option(`--no-${field.flag}`, `not: ${field.says}`)
  if (field.default === true) return [yes.hideHelp(), no]
  return field.default === false ? [yes, no.hideHelp()] : [yes, no]
}

function refuseMissing(
  step: Step,
  fields: readonly Field[],
  o: { readonly input: Record<string, unknown>; readonly places: readonly Field[] },
): void {
  const missing = fields.filter((field) => field.isRequired && !(field.key in o.input))
  if (missing.length === 0) return
  const words = missing.map((field) => `${o.places.includes(field) ? `<${field.flag}>` : `--${field.flag}`}`)
  throw new Failure(
    'bad-input',
    `cannot ${step.name}: ${words.join(', ')} must be given; bowerbird ${step.name} --help shows how`,
  )
}

/** The configuration's flags stand on every command, unless the step's own flag has that name. */
export function addSharedOptions(command: Command, taken: ReadonlySet<string> = new Set()): void {
  if (!taken.has('json')) command.option('--json', 'print the output as JSON')
  for (const [term, says, flag] of configurationFlags()) {
    // Shown once, in the program's own help.
    if (!taken.has(flag)) command.addOption(new Option(term, says).hideHelp())
  }
}

export const configurationFlags = (): [term: string, says: string, flag: string][] =>
  fieldsOf(configuration).map((field) => {
    const shown = String(field.default) ? ` (default: ${field.default})` : ''
    return [`--${field.flag} <${exampleOf(field.kind)}>`, field.says + shown, field.flag]
  })

/** The configuration's flags, given before or after the command's name; the later one holds. */
export function callOf(command: Command, o: CliOptions, own: ReadonlySet<string> = new Set()): Call {
  const before: Record<string, unknown> = command.parent?.opts() ?? {}
  const after: Record<string, unknown> = command.opts()
  const flags: Record<string, unknown> = {}
  for (const field of fieldsOf(configuration)) {
    const typed = own.has(field.key) ? before[field.key] : (after[field.key] ?? before[field.key])
    if (typed !== undefined) flags[field.key] = valueFor(field, typed)
  }
  return { o, flags, json: (after['json'] ?? before['json']) === true }
}
