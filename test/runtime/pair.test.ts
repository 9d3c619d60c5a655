import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { rowOf, type Matrix } from '../../src/math/index.ts'
import { openRuntime, textFor } from '../../src/runtime/index.ts'
import { colours, writePair } from '../fixtures/pair.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-pair-'))
const pair = writePair(path.join(folder, 'pair'))
const runtime = openRuntime({ cores: 1, cache: path.join(folder, 'cache') })
after(async () => {
  await runtime.close()
  rmSync(folder, { recursive: true, force: true })
})
const names = Object.keys(colours)
/** A copy of the pair with some files changed; null takes a file away. */
function changed(name: string, files: Readonly<Record<string, string | null>>): string {
  const at = writePair(path.join(folder, name))
  for (const [file, text] of Object.entries(files)) {
    if (text === null) rmSync(path.join(at, file))
    else writeFileSync(path.join(at, file), text)
  }
  return at
}
const rowsOf = (m: Matrix) => Array.from({ length: m.rows }, (_, i) => [...rowOf(m, i)])
const near = (got: Matrix, wanted: readonly (readonly number[])[]) =>
  rowsOf(got).forEach((row, i) =>
    row.forEach((x, j) => assert.ok(Math.abs(x - wanted[i]![j]!) < 1e-5, `${i}, ${j}: ${x}`)),
  )
const unit = Object.values(colours).map((row) => row.map((x) => x / Math.sqrt(3)))

describe('a pair of ONNX files, by its path', () => {
  it('sees pictures as its preprocessor_config.json says', async () => {
    const encoder = await runtime.encoder(pair)
    assert.deepEqual([encoder.width, encoder.input], [3, { width: 8, height: 8, fit: 'cover' }])
    const pixels = names.flatMap((_, place) =>
      Array.from({ length: 64 * 3 }, (_, i) => (i % 3 === place ? 255 : 0)),
    )
    near(await encoder.encode(Uint8Array.from(pixels), 3), unit)
  })
  it('reads names in the same space, however many', async () => {
    assert.equal(textFor(pair), pair)
    const many = Array.from({ length: 70 }, (_, i) => names[i % 3]!)
    const rows = await runtime.textOf(many, { text: pair })
    assert.equal(rows.rows, 70)
    near(
      rows,
      many.map((_, i) => unit[i % 3]!),
    )
    assert.equal(await runtime.jointOf(rows, { text: pair, encoder: pair }), rows)
  })
  it('takes its vocabulary as vocab.json and merges.txt, too', async () => {
    const { model } = JSON.parse(readFileSync(path.join(pair, 'tokenizer.json'), 'utf8')) as {
      model: { vocab: unknown; merges: string[] }
    }
    const at = changed('parts', {
      'tokenizer.json': null,
      'vocab.json': JSON.stringify(model.vocab),
      'merges.txt': `#version: 0.2\n${model.merges.join('\n')}\n`,
    })
    near(await runtime.textOf(['green'], { text: at }), [unit[1]!])
  })
  it('takes two files as a pair, wherever they lie', async () => {
    const apart = path.join(folder, 'apart')
    mkdirSync(apart)
    copyFileSync(path.join(pair, 'onnx/text_model.onnx'), path.join(apart, 'reads.onnx'))
    copyFileSync(path.join(pair, 'tokenizer.json'), path.join(apart, 'tokenizer.json'))
    const [text, encoder] = [path.join(apart, 'reads.onnx'), path.join(pair, 'onnx/vision_model.onnx')]
    const rows = await runtime.textOf(['blue'], { text })
    near(await runtime.jointOf(rows, { text, encoder }), [unit[2]!])
    assert.equal((await runtime.encoder(encoder)).width, 3)
  })

  const refused: Readonly<Record<string, readonly [() => Promise<unknown>, RegExp]>> = {
    'another encoder’s images': [
      async () =>
        runtime.jointOf(await runtime.textOf(['red'], { text: pair }), { text: pair, encoder: 'resnet50' }),
      /names by .*pair with images by resnet50: they were not taught together/,
    ],
    'another pair’s images': [
      async () => {
        const other = writePair(path.join(folder, 'other'))
        return runtime.jointOf(await runtime.textOf(['red'], { text: pair }), { text: pair, encoder: other })
      },
      /names by .*pair with images by .*other: they were not taught together/,
    ],
    'what is not there': [() => runtime.encoder('./no-such'), /no-such: there is no such file or folder/],
    'a folder without models': [
      () => runtime.encoder(path.join(pair, '../cache/..')),
      /its image side is to be a file like vision_model\.onnx, and the folder has no \.onnx file/,
    ],
    'a model without its preprocessing': [
      () => runtime.encoder(changed('unprepared', { 'preprocessor_config.json': null })),
      /how to prepare pictures is to lie beside it, in preprocessor_config\.json/,
    ],
    'another way of writing text': [
      () => {
        const other = { model: { type: 'Unigram', vocab: [] } }
        return runtime.textOf(['red'], {
          text: changed('unigram', { 'tokenizer.json': JSON.stringify(other) }),
        })
      },
      /only CLIP’s byte pairs.* are read, and this is Unigram/,
    ],
    'a text side that sees': [
      () => {
        const at = changed('sees', {})
        copyFileSync(path.join(at, 'onnx/vision_model.onnx'), path.join(at, 'onnx/text_model.onnx'))
        return runtime.textOf(['red'], { text: at })
      },
      /takes numbers of tokens, \[names, tokens\], and it takes pixel_values: float32/,
    ],
  }
  for (const [what, [act, why]] of Object.entries(refused))
    it(`refuses ${what} in a sentence`, () => assert.rejects(act, why))
})
