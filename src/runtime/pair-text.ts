// The side of a pair that reads: class names to rows of length one, where its pictures lie too.
import { Failure } from '../base/index.ts'
import { matrix, type Matrix } from '../math/index.ts'
import { idsOf } from './byte-pairs.ts'
import type { LoadOptions } from './encoders.ts'
import path from 'node:path'
import { isPath, modelFile, placeOf, vocabularyFor } from './pair-files.ts'
import { embeddingIn, unitRows } from './pair-session.ts'
import type { Fed } from './runtime.ts'
import type { TextSide } from './texts.ts'

/** Both sides of a pair speak of one space: pictures lie there as they are. */
export const pairSide = (at: string): TextSide => ({
  rowsOf: async (names, { open }) => (await loadTextSide(placeOf(at), { open }))(names),
  jointOf: async () => async (embeddings) => embeddings,
})

/** A folder is a pair by itself; two ONNX files are one because their user says so: widths are compared. */
export function refuseAnotherSpace(text: string, encoder: string): void {
  const [its, other] = [text, encoder].map((name) => path.resolve(placeOf(name))) as [string, string]
  const isPair = its === other || other.startsWith(its + path.sep) || (isFile(its) && isPath(encoder))
  if (isPair) return
  throw new Failure(
    'bad-input',
    `cannot compare names by ${text} with images by ${encoder}: they were not taught together, so that their ` +
      `numbers mean different things; embed the images with ${text}`,
  )
}
const isFile = (at: string): boolean => at.endsWith('.onnx')

/** As CLIP was measured; a bare name is found less often. */
const prompt = (name: string): string => `a photo of a ${name}.`
const lengthUsual = 77
const namesAtOnce = 32

async function loadTextSide(
  at: string,
  { open }: Pick<LoadOptions, 'open'>,
): Promise<(names: readonly string[]) => Promise<Matrix>> {
  const file = await modelFile(at, 'text')
  const vocabulary = await vocabularyFor(file)
  const session = await open(file)
  const ids = session.takes.find(({ name }) => /ids|token|text/i.test(name)) ?? session.takes[0]
  if (!ids || ids.shape.length !== 2 || (ids.type !== 'int64' && ids.type !== 'int32')) {
    const takes = session.takes.map(({ name, type, shape }) => `${name}: ${type} [${shape.join(', ')}]`)
    throw new Failure(
      'not-found',
      `cannot use the encoder ${file}: a text side takes numbers of tokens, [names, tokens], ` +
        `and it takes ${takes.join('; ')}`,
    )
  }
  const length = typeof ids.shape[1] === 'number' ? ids.shape[1] : lengthUsual
  const fixed = typeof ids.shape[0] === 'number' ? ids.shape[0] : null
  const rowsOf = async (names: readonly string[]): Promise<Matrix> => {
    const texts = names.map((name) => idsOf(prompt(name), vocabulary, length))
    if (fixed !== null) texts.push(...Array.from({ length: fixed - texts.length }, () => texts[0]!))
    const shape = [texts.length, length]
    const flat = texts.flat()
    const feeds: Record<string, Fed> = {}
    for (const { name, type } of session.takes) {
      // Whatever else it asks for is which tokens are text: all up to the first end.
      const numbers = name === ids.name ? flat : texts.flatMap((own) => maskOf(own, vocabulary.end))
      feeds[name] =
        type === 'int64'
          ? { shape, data: BigInt64Array.from(numbers, BigInt) }
          : { shape, data: Int32Array.from(numbers) }
    }
    return embeddingIn(await session.run(feeds), { file, images: texts.length })
  }
  return async (names) => {
    const parts: Matrix[] = []
    const atOnce = fixed ?? namesAtOnce
    for (let from = 0; from < names.length; from += atOnce)
      parts.push(await rowsOf(names.slice(from, from + atOnce)))
    const whole = matrix(names.length, parts[0]?.columns ?? 0)
    parts.forEach(({ data }, i) => {
      const at = i * atOnce * whole.columns
      whole.data.set(data.subarray(0, whole.data.length - at), at)
    })
    return unitRows(whole)
  }
}

function maskOf(ids: readonly number[], end: number): readonly number[] {
  const last = ids.indexOf(end)
  return ids.map((_, i) => Number(i <= last))
}
