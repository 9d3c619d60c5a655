// The side of a pair that sees: bytes of pictures to rows of length one.
import { availableParallelism } from 'node:os'
import { Failure } from '../base/index.ts'
import { matrix } from '../math/index.ts'
import type { LoadOptions } from './encoders.ts'
import { modelFile, pictureRuleFor, placeOf, printedName, type PictureRule } from './pair-files.ts'
import { embeddingIn, onlyInput, unitRows } from './pair-session.ts'
import type { Encoder } from './runtime.ts'

const batchOfCore = 8 // as for resnet50: a ViT-B/32 holds 5 MB an image

/** An encoder by path: the ONNX file, or the folder that holds it, beside its `preprocessor_config.json`. */
export async function loadImageSide(at: string, o: LoadOptions): Promise<Encoder> {
  const file = await modelFile(placeOf(at), 'image')
  const name = await printedName(at, file)
  const rule = await pictureRuleFor(file)
  const session = await o.open(file)
  const { name: input, shape } = onlyInput(session, { file, type: 'float32', rank: 4 })
  const atOnce = typeof shape[0] === 'number' ? shape[0] : batchOfCore * (o.cores || availableParallelism())
  checkSize(file, shape, rule)
  const run = async (pixels: Uint8Array, images: number) => {
    // A model of a fixed batch sees black pictures beside the last ones.
    const count = typeof shape[0] === 'number' ? shape[0] : images
    const data = planesOf(pixels, count, rule)
    const fed = { shape: [count, 3, rule.height, rule.width], data }
    return embeddingIn(await session.run({ [input]: fed }), { file, images: count })
  }
  const { columns } = await run(new Uint8Array(bytesOf(rule)), 1)
  return {
    name,
    width: columns,
    input: { width: rule.width, height: rule.height, fit: rule.fit },
    batch: atOnce,
    async encode(pixels, images) {
      const rows = matrix(images, columns)
      for (let from = 0; from < images; from += atOnce) {
        const count = Math.min(atOnce, images - from)
        const some = pixels.subarray(from * bytesOf(rule), (from + count) * bytesOf(rule))
        rows.data.set((await run(some, count)).data.subarray(0, count * columns), from * columns)
      }
      return unitRows(rows)
    },
  }
}

const bytesOf = ({ width, height }: PictureRule): number => 3 * width * height

function checkSize(file: string, shape: readonly (number | string)[], { width, height }: PictureRule): void {
  const [, , high, wide] = shape
  const isFit = (has: number | string | undefined, wanted: number) =>
    typeof has !== 'number' || has === wanted
  if (isFit(high, height) && isFit(wide, width)) return
  throw new Failure(
    'bad-input',
    `cannot use the encoder ${file}: its preprocessor_config.json makes pictures of ${width} × ${height}, ` +
      `and the model takes ${wide} × ${high}`,
  )
}

/** [images, height, width, 3] bytes → [images, 3, height, width], each (byte · scale − mean) / deviation. */
function planesOf(pixels: Uint8Array, images: number, rule: PictureRule): Float32Array {
  const { width, height, scale, mean, deviation } = rule
  const area = width * height
  const planes = new Float32Array(3 * area * images)
  for (let colour = 0; colour < 3; colour++) {
    const [by, less] = [scale / deviation[colour]!, mean[colour]! / deviation[colour]!]
    for (let image = 0; image < images; image++) {
      const [to, from] = [(3 * image + colour) * area, 3 * image * area + colour]
      for (let i = 0; i < area; i++) planes[to + i] = (pixels[from + 3 * i] ?? 0) * by - less
    }
  }
  return planes
}
