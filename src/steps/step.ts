import { z } from 'zod'
import { Failure } from '../base/index.ts'
import type { World } from './world.ts'

/** An act of the loop. Command, route, OpenAPI, client and form all come from this one value. */
export type Step<I extends z.ZodObject = z.ZodObject, O extends z.ZodType = z.ZodType> = {
  readonly name: string
  readonly summary: string
  readonly input: I
  readonly output: O
  /** `a while` makes it a job with progress and cancel. */
  readonly takes: 'a moment' | 'a while'
  /** `apart`: it computes or opens strangers' bytes, so that faces perform it in a child process. */
  readonly runs: 'here' | 'apart'
  /** Whether performing it twice is the same as once, and nothing is written: a GET on HTTP. */
  readonly reads: boolean
  /**
   * Whether this input asks for nothing that is kept: then a command performs the step in its own process,
   * and no data folder comes to be.
   */
  alone?(input: z.infer<I>): boolean
  /** The one input that the command line takes without a flag. */
  readonly positional?: readonly (keyof z.infer<I> & string)[]
  /** For a step that takes a while: what it computes, from input and store; the same key is not run again. */
  key?(input: z.infer<I>, world: Pick<World, 'store'>): Promise<string>
  /** Steps that a face starts in the background afterwards, with the project alone as their input. */
  readonly then?: string | readonly string[]
  run(input: z.infer<I>, world: World): Promise<z.infer<O>>
}

/** States a step's types once, at its definition. */
export const step = <I extends z.ZodObject, O extends z.ZodType>(it: Step<I, O>): Step<I, O> => it

/** The names of those that follow it. */
export const followersOf = ({ then = [] }: Pick<Step, 'then'>): readonly string[] => [then].flat()

/** Reads a step's input as strangers give it; the failure names field, rule and value. */
export function parseInput<I extends z.ZodObject>(
  of: Pick<Step<I>, 'name' | 'input'>,
  given: unknown,
): z.infer<I> {
  const parsed = of.input.safeParse(given)
  if (parsed.success) return parsed.data
  throw new Failure(
    'bad-input',
    `cannot ${of.name}: ${parsed.error.issues.map((i) => sentence(i, given)).join('; ')}`,
  )
}

function sentence(issue: z.core.$ZodIssue, given: unknown): string {
  const path = issue.path.map(String)
  let value: unknown = given
  for (const key of path) value = (value as Record<string, unknown> | null | undefined)?.[key]
  const shown = value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value).slice(0, 80)
  return `${path.join('.') || 'the input'}: ${issue.message.replace(/^[A-Z]/, (c) => c.toLowerCase())}, and ${shown} was given`
}

/** The only way to run a step: it parses, then runs. */
export async function perform<I extends z.ZodObject, O extends z.ZodType>(
  it: Step<I, O>,
  given: unknown,
  world: World,
): Promise<z.infer<O>> {
  return it.run(parseInput(it, given), world)
}
