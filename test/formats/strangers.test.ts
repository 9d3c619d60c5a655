// Sets as other programs write them: what differs from our own files.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setFormats, setIn } from '../../src/formats/index.ts'

/** What a set says, a line each: file, class, split; `?` before what a model guessed. */
async function said(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const paths = Object.keys(files)
  const format = setIn(paths) ?? setFormats.imagefolder
  const rows = await format.read({ paths, text: async (path) => files[path]! })
  return rows.map(({ file, class: name, isGuess, split }) =>
    [file, `${isGuess ? '?' : ''}${name ?? '-'}`, split ?? '-'].join(' '),
  )
}
const json = JSON.stringify

describe('COCO', () => {
  const categories = [
    { id: 7, name: 'wren' },
    { id: 9, name: 'crow' },
  ]
  const box = (image_id: number, category_id: number, more = {}) => ({ image_id, category_id, ...more })
  it('of boxes gives a class where all boxes of an image agree', async () => {
    const images = [1, 2, 3].map((id) => ({ id, file_name: `${id}.jpg` }))
    const annotations = [box(1, 7), box(1, 7), box(2, 7), box(2, 9)]
    const text = json({ images, annotations, categories })
    assert.deepEqual(
      await said({
        'annotations/instances_val2017.json': text,
        'val2017/1.jpg': '',
        'val2017/2.jpg': '',
        'val2017/3.jpg': '',
      }),
      ['val2017/1.jpg wren validation', 'val2017/2.jpg - validation', 'val2017/3.jpg - validation'],
    )
  })
  it('beside its images, as Roboflow writes it', async () => {
    const text = json({ images: [{ id: 0, file_name: 'a.jpg' }], annotations: [box(0, 9)], categories })
    assert.deepEqual(await said({ 'valid/_annotations.coco.json': text, 'valid/a.jpg': '' }), [
      'valid/a.jpg crow validation',
    ])
  })
  it('that scores its boxes is a guess', async () => {
    const images = [{ id: 1, file_name: 'a.jpg' }]
    const text = json({ images, annotations: [box(1, 7, { score: 0.5 })], categories })
    assert.deepEqual(await said({ 'annotations/instances_default.json': text, 'images/a.jpg': '' }), [
      'images/a.jpg ?wren -',
    ])
  })
  it('names a file that is not there where it should lie', async () => {
    const text = json({ images: [{ id: 1, file_name: 'gone.jpg' }], annotations: [], categories })
    assert.deepEqual(await said({ 'annotations/instances_train.json': text }), [
      'images/train/gone.jpg - train',
    ])
  })
  it('of another shape says nothing', async () => {
    for (const text of [
      '[]',
      '{}',
      '{"images":7}',
      'null',
      '{"images":[null],"annotations":[[]],"categories":1}',
    ]) {
      const rows = await said({ 'annotations/instances_a.json': text })
      assert.deepEqual(
        rows.filter((row) => !row.includes(' - ')),
        [],
      )
    }
    await assert.rejects(said({ 'annotations/instances_a.json': '{' }), /it is not JSON/)
  })
})

describe('Label Studio', () => {
  const choices = (...names: string[]) => ({ result: [{ type: 'choices', value: { choices: names } }] })
  const task = (image: string, annotations: unknown[], predictions: unknown[] = []) => ({
    data: { image },
    annotations,
    predictions,
  })
  it('exports name uploads with chance before them, cancelled answers among them', async () => {
    const text = json([
      task('/data/upload/1/0a1b2c3d-a%20b.jpg', [
        { ...choices('crow'), was_cancelled: true },
        choices('wren'),
      ]),
      task('/data/local-files/?d=birds/c.jpg', [choices('wren'), choices('crow')]),
      task('d.jpg', [], [{ ...choices('crow'), score: 0.9 }]),
      task('100%.jpg', [choices('wren')]),
    ])
    assert.deepEqual(
      await said({
        'project-1-at-2026-01-01.json': text,
        'a b.jpg': '',
        'c.jpg': '',
        'd.jpg': '',
        '100%.jpg': '',
      }),
      ['a b.jpg wren -', 'c.jpg - -', 'd.jpg ?crow -', '100%.jpg wren -'],
    )
  })
})

describe('Pascal VOC', () => {
  it('has objects that must agree, comments, entities, and lists of splits', async () => {
    const object = (name: string) => `<object><!-- a > b --><name>${name}</name><bndbox/></object>`
    const xml = (...names: string[]) =>
      `<?xml version="1.0"?>\n<annotation><filename>whatever</filename>${names.map(object).join('')}</annotation>`
    assert.deepEqual(
      await said({
        'VOC2007/Annotations/1.xml': xml('a &amp; b', 'a &#38; b'),
        'VOC2007/Annotations/2.xml': xml('wren', '<![CDATA[crow]]>'),
        'VOC2007/JPEGImages/1.jpg': '',
        'VOC2007/JPEGImages/2.jpg': '',
        'VOC2007/ImageSets/Main/train.txt': '1\n',
        'VOC2007/ImageSets/Main/trainval.txt': '1\n2\n',
        'VOC2007/ImageSets/Main/val.txt': '2\n',
      }),
      ['VOC2007/JPEGImages/1.jpg a & b train', 'VOC2007/JPEGImages/2.jpg - validation'],
    )
  })
  it('is refused with a document type, unclosed or doubled', async () => {
    for (const text of [
      '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
      '<a><b></a>',
      '<a></a><a></a>',
      '',
      '<a b=c/>',
    ]) {
      await assert.rejects(said({ 'Annotations/1.xml': text }), /it is not XML/)
    }
  })
})

describe('CVAT', () => {
  it('of boxes gives a class where they agree; tags come before boxes', async () => {
    const image = (name: string, inside: string) => `<image id="0" name="${name}">${inside}</image>`
    const [wren, crow] = ['<box label="wren" xtl="0"/>', '<box label="crow" xtl="0"/>']
    const xml = `<annotations>${image('a.jpg', wren + wren)}${image('b.jpg', wren + crow)}${image(
      'c.jpg',
      `${wren}<tag label='crow' source="auto"></tag>`,
    )}</annotations>`
    assert.deepEqual(
      await said({ 'annotations.xml': xml, 'images/a.jpg': '', 'images/b.jpg': '', 'images/c.jpg': '' }),
      ['images/a.jpg wren -', 'images/b.jpg - -', 'images/c.jpg ?crow -'],
    )
  })
})

describe('FiftyOne and Hugging Face', () => {
  it('labels are names or places among the classes', async () => {
    const text = json({
      classes: ['wren', 'crow'],
      labels: { a: 1, b: { label: 0 }, c: 'owl', d: null, e: 5 },
    })
    const images = Object.fromEntries([...'abcde'].map((stem) => [`data/${stem}.png`, '']))
    assert.deepEqual(await said({ 'labels.json': text, ...images }), [
      'data/a.png crow -',
      'data/b.png wren -',
      'data/c.png owl -',
      'data/d.png - -',
      'data/e.png - -',
    ])
  })
  it('sets of boxes are COCO’s under the same name', async () => {
    const images = [{ id: 1, file_name: 'a.png' }]
    const text = json({
      images,
      annotations: [{ image_id: 1, category_id: 2 }],
      categories: [{ id: 2, name: 'owl' }],
    })
    assert.deepEqual(await said({ 'labels.json': text, 'data/a.png': '' }), ['data/a.png owl -'])
  })
  it('lines may be CSV', async () => {
    const text = 'file_name,label\na.png,"wren, small"\nb.png,\n'
    assert.deepEqual(await said({ 'test/metadata.csv': text, 'test/a.png': '', 'test/b.png': '' }), [
      'test/a.png wren, small test',
      'test/b.png - test',
    ])
  })
  it('lines may name images in folders below', async () => {
    const text = `${json({ file_name: 'nest/a.png', label: 'wren' })}\n`
    assert.deepEqual(await said({ 'validation/metadata.jsonl': text, 'validation/nest/a.png': '' }), [
      'validation/nest/a.png wren validation',
    ])
  })
})

describe('a folder of classes', () => {
  it('is parted where every image lies in a class below a split', async () => {
    assert.deepEqual(await said({ 'train/wren/1.png': '', 'val/wren/2.png': '' }), [
      'train/wren/1.png wren train',
      'val/wren/2.png wren validation',
    ])
    assert.deepEqual(await said({ 'train/1.png': '', 'car/2.png': '' }), [
      'train/1.png train -',
      'car/2.png car -',
    ])
  })
})
