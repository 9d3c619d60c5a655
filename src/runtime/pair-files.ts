// A pair of networks that was taught pictures and names together, as it lies on the user's disk.
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Failure, type FailureKind } from '../base/index.ts'
import { digestOf } from './encoder-fetch.ts'
import { vocabularyOf, vocabularyOfList, type Vocabulary } from './byte-pairs.ts'

/** Rows of the tables have plain names; what is a path is the user's own. */
export const pathLike = /[./\\]/
export const isPath = (name: string): boolean => pathLike.test(name)

const printed = /^(.*)#([0-9a-f]{12})$/s

/** Where a pair lies, of the name that its vectors are kept under. */
export const placeOf = (name: string): string => printed.exec(name)?.[1] ?? name

/** `PLACE#PRINT`: vectors of two models are never mixed, though one was put where the other had been. */
export async function printedName(name: string, file: string): Promise<string> {
  const [place, print] = [placeOf(name), (await digestOf(file, 'sha256', 'hex')).slice(0, 12)]
  const wanted = printed.exec(name)?.[2] ?? print
  if (wanted === print) return `${path.resolve(place)}#${print}`
  throw new Failure(
    'bad-input',
    `cannot use the encoder ${place}: its file must be the one that images were embedded with, whose ` +
      `SHA-256 begins ${wanted}, and ${file} begins ${print}; put it back, or embed the images anew`,
  )
}

const sides = {
  image: { files: /^(?:vision|visual|image|img)[\w-]*\.onnx$/i, like: 'vision_model.onnx' },
  text: { files: /^text[\w-]*\.onnx$/i, like: 'text_model.onnx' },
} as const
export type Side = keyof typeof sides

/** The ONNX file of a side: the file itself, or the one in the folder or its `onnx/` that is named so. */
export async function modelFile(at: string, side: Side): Promise<string> {
  const found = await stat(at).catch((cause: unknown) => {
    throw refusal(at, 'there is no such file or folder', { cause })
  })
  // Who names the side that sees means the pair: the side that reads lies beside it.
  const isOther = side === 'text' && sides.image.files.test(path.basename(at))
  if (found.isFile() && !isOther) return path.resolve(at)
  const names = await namesIn(found.isFile() ? path.dirname(at) : at, ['.', 'onnx'])
  // The shortest name is the plain one: vision_model.onnx before vision_model_quantized.onnx.
  const [file] = names
    .filter((name) => sides[side].files.test(path.basename(name)))
    .sort((a, b) => path.basename(a).length - path.basename(b).length)
  if (file === undefined) {
    const there = names.filter((name) => name.endsWith('.onnx')).map((name) => path.basename(name))
    const has = there.length === 0 ? 'no .onnx file' : there.join(', ')
    const why = `its ${side} side is to be a file like ${sides[side].like}, and the folder has ${has}`
    throw refusal(at, why, { kind: side === 'text' ? 'not-found' : 'bad-input' })
  }
  return path.resolve(file)
}

type Reason = { readonly kind?: FailureKind; readonly cause?: unknown }

const refusal = (at: string, why: string, { kind = 'bad-input', cause }: Reason = {}): Failure =>
  new Failure(kind, `cannot use the encoder ${at}: ${why}`, { cause })

async function namesIn(folder: string, parts: readonly string[]): Promise<readonly string[]> {
  const lists = parts.map(async (part) => {
    const at = path.join(folder, part)
    return (await readdir(at).catch(() => [])).map((name) => path.join(at, name))
  })
  return (await Promise.all(lists)).flat()
}

/** A file that belongs to a model: beside it, or a folder above where it lies in `onnx/`. */
async function maybeBeside(model: string, names: readonly string[]): Promise<string | undefined> {
  const there = await namesIn(path.dirname(model), ['.', '..'])
  return names.flatMap((name) => there.filter((file) => path.basename(file) === name))[0]
}

const lists = ['bpe_simple_vocab_16e6.txt', 'bpe_simple_vocab_16e6.txt.gz']

/** Which number each piece of a text has: Hugging Face's files, or CLIP's own list. */
export async function vocabularyFor(model: string): Promise<Vocabulary> {
  const beside = (...names: string[]) => maybeBeside(model, names)
  const whole = await beside('tokenizer.json')
  if (whole) return vocabularyOfTokenizer(whole)
  const [vocab, merges] = [await beside('vocab.json'), await beside('merges.txt')]
  if (vocab && merges) {
    const lines = (await readFile(merges, 'utf8')).split('\n')
    const pairs = lines.filter((line) => line !== '' && !line.startsWith('#version'))
    return vocabularyOf(idsIn(await jsonIn(vocab), vocab), pairs, vocab)
  }
  const list = await beside(...lists)
  if (list) {
    const bytes = await readFile(list)
    return vocabularyOfList((list.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'), list)
  }
  throw refusal(
    model,
    `its vocabulary is to lie beside it: tokenizer.json, vocab.json with merges.txt, or ${lists[0]}`,
  )
}

async function vocabularyOfTokenizer(file: string): Promise<Vocabulary> {
  const { model } = (await jsonIn(file)) as { model?: Record<string, unknown> }
  const [kind, suffix] = [String(model?.['type'] ?? 'BPE'), model?.['end_of_word_suffix']]
  if (kind !== 'BPE' || suffix !== '</w>') {
    const is = kind === 'BPE' ? `byte pairs that end words by ${JSON.stringify(suffix ?? '')}` : kind
    throw refusal(file, `only CLIP’s byte pairs, with words that end in </w>, are read, and this is ${is}`)
  }
  const merges = (model?.['merges'] ?? []) as readonly (string | readonly string[])[]
  const pairs = merges.map((pair) => (typeof pair === 'string' ? pair : pair.join(' ')))
  return vocabularyOf(idsIn(model?.['vocab'], file), pairs, file)
}

function idsIn(vocab: unknown, file: string): ReadonlyMap<string, number> {
  if (typeof vocab !== 'object' || vocab === null) throw refusal(file, 'it must number pieces of text')
  return new Map(Object.entries(vocab as Record<string, number>))
}

async function jsonIn(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw refusal(file, `it must be JSON: ${(cause as Error).message}`, { cause })
  }
}

/** What becomes of a picture's bytes before the network sees them. */
export type PictureRule = {
  readonly width: number
  readonly height: number
  readonly fit: 'stretch' | 'cover'
  /** Of red, green and blue: a byte becomes (byte · scale − mean) / deviation. */
  readonly scale: number
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
}

export async function pictureRuleFor(model: string): Promise<PictureRule> {
  const file = await maybeBeside(model, ['preprocessor_config.json'])
  if (!file) throw refusal(model, 'how to prepare pictures is to lie beside it, in preprocessor_config.json')
  const it = (await jsonIn(file)) as Record<string, unknown>
  const isCut = it['do_center_crop'] === true
  const size = sizeIn(isCut ? it['crop_size'] : it['size'])
  if (!size) throw refusal(file, 'it must say the size of pictures, as size or crop_size')
  const isNormal = it.do_normalize !== false
  return {
    ...size,
    fit: isCut ? 'cover' : 'stretch',
    scale: it['do_rescale'] === false ? 1 : Number(it['rescale_factor'] ?? 1 / 255),
    mean: isNormal ? threeOf(it['image_mean'], file) : [0, 0, 0],
    deviation: isNormal ? threeOf(it['image_std'], file) : [1, 1, 1],
  }
}

function sizeIn(size: unknown): { readonly width: number; readonly height: number } | undefined {
  const {
    width,
    height,
    shortest_edge: edge,
  } = (typeof size === 'number' ? { shortest_edge: size } : (size ?? {})) as Record<
    string,
    number | undefined
  >
  const [w, h] = [width ?? edge, height ?? edge]
  return Number.isInteger(w) && Number.isInteger(h) ? { width: w!, height: h! } : undefined
}

function threeOf(numbers: unknown, file: string): readonly number[] {
  if (Array.isArray(numbers) && numbers.length === 3 && numbers.every(Number.isFinite)) return numbers
  throw refusal(file, 'image_mean and image_std must each be three numbers')
}
