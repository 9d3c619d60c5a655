import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import fc from 'fast-check'
import { splits } from '../../src/base/index.ts'
import {
  partOf,
  readSheet,
  type SetFolder,
  type SetFormat,
  setFormatNames,
  setFormats,
  type SetImage,
  sheetHead,
  sheetName,
  shown,
  writeSheet,
} from '../../src/formats/index.ts'

/** The set as a folder held in memory. */
function written(format: SetFormat, images: readonly SetImage[], classes: readonly string[]): SetFolder {
  const texts = new Map([[sheetName, sheetHead + writeSheet(images)]])
  const writer = format.open({ title: 'birds & "bees"', classes })
  for (const { path, text } of [...images.flatMap(writer.add), ...writer.end()]) {
    texts.set(path, (texts.get(path) ?? '') + text)
  }
  return {
    paths: [...images.map(({ file }) => file), ...texts.keys()].toSorted(),
    text: async (path) => texts.get(path)!,
  }
}

const letters = fc.constantFrom(...'aZé 漢🦜&<>"\'/\\,;:|%#?=+-_.[]{}()$')
const word = fc.string({
  unit: fc.oneof(letters, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 })),
  minLength: 1,
  maxLength: 12,
})
const className = word.filter((name) => !/\p{Cc}|^\s|\s$|[\uFFFE\uFFFF]/u.test(name))
const fileStem = word.map((name) => name.replaceAll(/[\p{Cc}<>:"/\\|?*\s'#]|^\.+|\.+$/gu, '_'))

type Drawn = {
  readonly classes: readonly string[]
  readonly parted: boolean
  readonly rows: readonly {
    readonly stem: string
    readonly name: string
    readonly extension: string
    readonly label: number | null
    readonly guess: readonly [number, number] | null
    readonly group: string | null
    readonly split: (typeof splits)[number]
    readonly size: readonly [number, number]
  }[]
}
const pick = fc.nat({ max: 4 })
const sets: fc.Arbitrary<Drawn> = fc.record({
  classes: fc.uniqueArray(className, { minLength: 5, maxLength: 5 }),
  parted: fc.boolean(),
  rows: fc.uniqueArray(
    fc.record({
      stem: fileStem,
      name: word,
      extension: fc.constantFrom('.jpg', '.png', '.webp', '.jpeg'),
      label: fc.option(pick),
      guess: fc.option(fc.tuple(pick, fc.double({ min: 0, max: 1, noNaN: true }))),
      group: fc.option(word),
      split: fc.constantFrom(...splits),
      size: fc.tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 9999 })),
    }),
    { maxLength: 8, selector: ({ stem }) => stem },
  ),
})

function imagesOf({ classes, parted, rows }: Drawn, format: SetFormat): readonly SetImage[] {
  return rows.map(({ stem, extension, label, guess, split, size, name, group }) => {
    const said = {
      label: label === null ? null : classes[label]!,
      guess: guess && { class: classes[guess[0]]!, confidence: guess[1] },
    }
    const part = parted || format.parted === 'always' ? partOf[split] : null
    const place = classes.indexOf(shown(said).class ?? '')
    const file = `${format.folderOf({ part, classFolder: `class ${place}` })}/${stem}${extension}`
    return { file, name, hash: 'abc', width: size[0], height: size[1], ...said, group, split, part }
  })
}

for (const formatName of setFormatNames) {
  const format: SetFormat = setFormats[formatName]
  const fit = (name: string) => formatName !== 'voc' || !/:|^#/.test(name)
  describe(`a set as ${formatName}`, () => {
    it('reads back as it was written, whatever classes and files are called', () =>
      fc.assert(
        fc.asyncProperty(
          sets.filter(({ classes }) => classes.every(fit)),
          async (drawn) => {
            const images = imagesOf(drawn, format).filter(
              (image) => shown(image).class !== null || !format.lacks.includes('no class'),
            )
            const rows = await format.read(written(format, images, drawn.classes))
            const byFile = new Map(rows.map((row) => [row.file, row]))
            assert.equal(rows.length, images.length)
            for (const image of images) {
              const { class: name, isGuess, confidence } = shown(image)
              const row = byFile.get(image.file)!
              assert.equal(row.class, name)
              if (!format.lacks.includes('who said it')) assert.equal(row.isGuess, isGuess)
              if (!format.lacks.includes('confidence')) assert.equal(row.confidence, confidence)
              if (image.part !== null) assert.equal(row.split, image.split)
            }
          },
        ),
        { numRuns: 60 },
      ))
  })
}

test('Pascal VOC refuses a class that its list of classes could not tell, by name', () => {
  const open = (...classes: string[]) => setFormats.voc.open({ title: 'birds', classes })
  assert.throws(() => open('wren', 'a: b'), /no place for the class a: b.*a colon/)
  assert.throws(() => open('#1'), /no place for the class #1/)
})

test('the sheet beside a set keeps all that formats have no place for', () =>
  fc.assert(
    fc.property(sets, (drawn) => {
      const images = imagesOf(drawn, setFormats.coco)
      const rows = readSheet(sheetHead + writeSheet(images))
      assert.deepEqual(rows, images.map(lineOf))
    }),
  ))

const lineOf = ({ file, name, hash, label, guess, group, split }: SetImage) => ({
  file,
  name,
  hash,
  label,
  guess,
  group,
  split,
})
