import { z } from 'zod'
import { Failure, sentenceOf } from '../base/index.ts'

/** One typed configuration: flags over environment over `bowerbird.config.json` over defaults. */
export const configuration = z.object({
  data: z.string().default('bowerbird-data').describe('the folder that keeps everything'),
  cache: z.string().default('').describe('the folder for encoders; empty: the user’s cache folder'),
  host: z.string().default('127.0.0.1').describe('the address to serve on'),
  port: z.int().min(0).max(65_535).default(4173).describe('the port to serve on'),
  token: z.string().default('').describe('the secret that callers must send; needed off loopback'),
  encoder: z
    .enum(['resnet50', 'builtin'])
    .default('resnet50')
    .describe('what turns new projects’ images into vectors'),
  cores: z.int().min(0).default(0).describe('how many processor cores to use; 0: all'),
  imagePixelsMax: z
    .int()
    .min(1)
    .default(50_000_000)
    .describe('larger images are refused before they are decoded'),
  imageBytesMax: z
    .int()
    .min(1)
    .default(100_000_000)
    .describe('larger files are refused before they are read'),
  strategyFolder: z
    .string()
    .default('')
    .describe('the folder of strategies of your own, which are programs; empty: none is run'),
  seed: z.int().min(0).default(1).describe('the same seed gives the same bytes'),
})
export type Configuration = z.infer<typeof configuration>
export type Origin = 'flag' | 'environment' | 'file' | 'default'

const originsKnown = new WeakMap<Configuration, Readonly<Record<string, Origin>>>()

/** Where each value came from; of a configuration made by hand, what is not the default was a flag. */
export function originsOf(values: Configuration): Readonly<Record<string, Origin>> {
  const known = originsKnown.get(values)
  if (known) return known
  const defaults: Record<string, unknown> = configuration.parse({})
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value === defaults[name] ? 'default' : 'flag']),
  )
}

/** `imagePixelsMax` → `BOWERBIRD_IMAGE_PIXELS_MAX` */
export const environmentName = (name: string): string =>
  `BOWERBIRD_${name.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase()}`

export type Resolved = {
  readonly values: Configuration
  readonly origins: Readonly<Record<string, Origin>>
}

/** Flags over environment over the text of `bowerbird.config.json` over defaults. */
export function resolveConfiguration(
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
  fileText?: string | null,
): Resolved {
  const file = fileText ? fileValues(fileText) : {}
  const given: Record<string, unknown> = {}
  const origins: Record<string, Origin> = {}
  for (const name of Object.keys(configuration.shape)) {
    const [value, origin] = firstGiven([
      [flags[name], 'flag'],
      [fromText(name, env[environmentName(name)]), 'environment'],
      [file[name], 'file'],
    ])
    if (value !== undefined) given[name] = value
    origins[name] = origin
  }
  const parsed = configuration.safeParse(given)
  if (!parsed.success) throw new Failure('bad-input', sentencesOf(parsed.error, given, origins))
  originsKnown.set(parsed.data, origins)
  return { values: parsed.data, origins }
}

const firstGiven = (candidates: readonly (readonly [unknown, Origin])[]): readonly [unknown, Origin] =>
  candidates.find(([value]) => value !== undefined) ?? [undefined, 'default']

function fileValues(text: string): Record<string, unknown> {
  const allowed = Object.keys(configuration.shape)
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch (cause) {
    throw new Failure('bad-input', `cannot read bowerbird.config.json: ${sentenceOf(cause)}`, { cause })
  }
  const file = z.record(z.string(), z.unknown()).safeParse(read)
  if (!file.success) {
    throw new Failure('bad-input', 'cannot read bowerbird.config.json: it must be one object, {"port": 4173}')
  }
  const unknown = Object.keys(file.data).filter((key) => !allowed.includes(key))
  if (unknown.length === 0) return file.data
  throw new Failure(
    'bad-input',
    `bowerbird.config.json has the unknown key ${unknown.join(', ')}: its keys are ${allowed.join(', ')}`,
  )
}

/** The environment knows only text; what should be a number and is none is left for the schema to refuse. */
function fromText(name: string, text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined
  const isNumber = typeof configuration.parse({})[name as keyof Configuration] === 'number'
  return isNumber && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}

function sentencesOf(
  error: z.ZodError,
  given: Readonly<Record<string, unknown>>,
  origins: Readonly<Record<string, Origin>>,
): string {
  const places = {
    flag: 'flags',
    environment: 'environment',
    file: 'bowerbird.config.json',
    default: 'defaults',
  }
  const sentences = error.issues.map((issue) => {
    const name = String(issue.path[0])
    const shown = origins[name] === 'environment' ? environmentName(name) : name
    const rule = issue.message.replace(/^[A-Z]/, (c) => c.toLowerCase())
    const value = name === 'token' ? 'another value' : JSON.stringify(given[name])
    return `${shown} (from the ${places[origins[name] ?? 'default']}): ${rule}, and ${value} was given`
  })
  return `cannot use the configuration: ${sentences.join('; ')}`
}
