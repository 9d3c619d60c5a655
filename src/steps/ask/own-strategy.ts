// A strategy of the user's own: one file with one function. Only steps that run apart open it, so that it
// lives and dies in a child process; and only from the folder that the configuration names, so that who may
// call a server may not choose what it runs.
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { Failure, sentenceOf } from '../../base/index.ts'
import type { Tools } from '../../math/index.ts'
import type { Need, Pool, Strategy } from '../../query/index.ts'
import type { Configuration } from '../configuration.ts'

/** Gives places in the pool, the best first; where they are fewer than the budget, chance adds the rest. */
type Choose = (pool: Pool, budget: number, tools: Tools) => ArrayLike<number> | Promise<ArrayLike<number>>
/** The version is another whenever the file is. */
export type OwnStrategy = Strategy & { readonly version: string }
type Fail = (rule: string, cause?: unknown) => never

export const ownField = z
  .string()
  .regex(/^[\w-][\w.-]*\.m?[jt]s$/, 'must be the name of a .ts or .js file, without a folder')
  .optional()
  .describe('a strategy of your own instead: a file in the folder that the setting strategyFolder names')

const needNames = ['embeddings', 'probabilities', 'ensemble', 'masked'] as const satisfies readonly Need[]
const Exports = z.object({
  choose: z.custom<Choose>((its) => typeof its === 'function', 'it must export a function choose'),
  needs: z
    .array(z.enum(needNames), `its needs must be a list of some of ${needNames.join(', ')}`)
    .default(['embeddings']),
})

export async function ownStrategy(
  file: string,
  { strategyFolder: folder }: Pick<Configuration, 'strategyFolder'>,
): Promise<OwnStrategy> {
  const fail: Fail = (rule, cause) => {
    throw new Failure('bad-input', `cannot choose by ${file}: ${rule}`, { cause })
  }
  if (folder === '') {
    const rule = 'the setting strategyFolder must name the folder it lies in, and it names none'
    throw new Failure('not-allowed', `cannot choose by ${file}: ${rule}`)
  }
  const { version, exported } = await opened(path.resolve(folder, file), fail)
  const its = Exports.safeParse(exported)
  if (!its.success) return fail(its.error.issues.map((issue) => issue.message).join('; '))
  const { choose, needs } = its.data
  const asked = async (...given: Parameters<Choose>) => {
    try {
      return await choose(...given)
    } catch (cause) {
      return fail(sentenceOf(cause), cause)
    }
  }
  return {
    version,
    says: `as ${file} chooses`,
    needs,
    rank: async (pool, { budget }, tools) => ({
      order: checked(await asked(pool, budget, tools), pool, fail),
      reason: () => `chosen by ${file}`,
    }),
  }
}

async function opened(
  at: string,
  fail: Fail,
): Promise<{ readonly version: string; readonly exported: unknown }> {
  try {
    // A module is kept by its address: one that was changed since has another.
    const version = `${pathToFileURL(at).href}?changed=${(await stat(at)).mtimeMs}`
    const exported: unknown = await import(version)
    return { version, exported }
  } catch (cause) {
    return fail(`${at} cannot be run: ${sentenceOf(cause)}`, cause)
  }
}

function checked(given: unknown, pool: Pool, fail: Fail): readonly number[] {
  const many = given instanceof Int32Array || given instanceof Uint32Array ? [...given] : given
  const order = z.array(z.number()).safeParse(many)
  if (!order.success) return fail(`it must give a list of places, and gave ${typeof given}`)
  const count = pool.ids.length
  const seen = new Set<number>()
  for (const place of order.data) {
    const isPlace = Number.isInteger(place) && place >= 0 && place < count
    if (!isPlace) fail(`places count from 0 to ${count - 1}, and it gave ${place}`)
    if (seen.has(place)) fail(`each place is given once, and ${place} was given twice`)
    seen.add(place)
  }
  return order.data
}
