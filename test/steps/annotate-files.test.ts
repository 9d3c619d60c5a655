import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { readCsv, readNpy, writeNpy } from '../../src/formats/index.ts'
import { matrix, randomFrom, rowOf, type Matrix } from '../../src/math/index.ts'
import type { Metadata } from '../../src/results/index.ts'
import type { InputOf } from '../../src/steps/index.ts'
import { openWorld, type TestWorld } from '../fixtures/world.ts'

const classes = ['dog', 'cat', 'bird']
const [each, width] = [40, 24]

/** Images about an axis for each class, and names beside it. */
function made(): { readonly images: Matrix; readonly text: Matrix } {
  const random = randomFrom(3)
  const about = (m: Matrix, kindOf: (row: number) => number, spread: number): Matrix => {
    for (let row = 0; row < m.rows; row++) {
      const own = rowOf(m, row)
      own.forEach(
        (_, j) => (own[j] = Number(j === kindOf(row)) + (spread * random.normal()) / Math.sqrt(width)),
      )
    }
    return m
  }
  const images = about(matrix(each * 3, width), (row) => Math.floor(row / each), 0.9)
  return { images, text: about(matrix(3, width), (row) => row, 0.6) }
}

describe('annotate, from files', () => {
  let world: TestWorld
  let folder: string
  const { images, text } = made()
  const at = (name: string) => path.join(folder, name)
  const npy = (name: string, m: Matrix) => {
    writeFileSync(at(name), writeNpy('float32', [m.rows, m.columns], m.data))
    return at(name)
  }
  before(async () => {
    world = await openWorld()
    folder = world.folder
    npy('e.npy', images)
    npy('t.npy', text)
    mkdirSync(at('pictures'))
    const paths = Array.from({ length: each * 3 }, (_, row) =>
      at(`pictures/${classes[Math.floor(row / each)]}-${row}.png`),
    )
    // What it is of shows only in the name: nothing here is decoded but for the report's samples.
    for (const file of paths) writeFileSync(file, `picture ${file}`)
    writeFileSync(at('p.txt'), `${paths.join('\n')}\n`)
  })
  after(() => world.close())
  const given = (more: Partial<InputOf<'annotate'>> = {}): InputOf<'annotate'> => ({
    embeddings: at('e.npy'),
    imagePaths: at('p.txt'),
    textEmbeddings: at('t.npy'),
    classes,
    ...more,
  })
  const metadataOf = (name: string) =>
    JSON.parse(readFileSync(at(`${name}/metadata.json`), 'utf8')) as Metadata

  it('writes a whole folder: pictures by class, data, reports, plots, prototypes and splits', async () => {
    const done = await world.act('annotate', given({ output: at('results') }))
    assert.deepEqual([done.images, done.pictures, done.missing], [120, 120, []])
    assert.deepEqual(readdirSync(at('results')).sort(), [
      'class_prototypes.npy',
      'images',
      'metadata.json',
      'plots',
      'report.html',
      'report.txt',
      'splits',
    ])
    assert.deepEqual(readdirSync(at('results/images')).sort(), classes.toSorted())
    const { images: records, history, alignment } = metadataOf('results')
    const right = records.filter(({ path: name, label }) => path.basename(name).startsWith(label))
    assert.ok(right.length >= 114, `${right.length} of 120 are right`)
    for (const { file, path: from, confidence, runnerUp, label } of records) {
      assert.equal(readFileSync(path.join(at('results'), file!), 'utf8'), `picture ${from}`)
      assert.ok(confidence > 0 && confidence <= 1 && runnerUp !== label)
    }
    assert.ok(history.length > 1)
    assert.equal(
      alignment.reduce((sum, row) => sum + row.images, 0),
      120,
    )
    assert.deepEqual(readNpy(readFileSync(at('results/class_prototypes.npy'))).shape, [3, width])
  })
  it('parts each class alike, and each image once', async () => {
    const parts = ['train', 'val', 'test'].map((part) =>
      readCsv(readFileSync(at(`results/splits/${part}.csv`), 'utf8')).slice(1),
    )
    assert.equal(new Set(parts.flat().map(([file]) => file)).size, 120)
    for (const name of classes) {
      const [train, val, test] = parts.map((rows) => rows.filter(([, label]) => label === name).length)
      const all = train! + val! + test!
      assert.ok(Math.abs(val! - all / 10) <= 1 && Math.abs(test! - all / 10) <= 1, `${name}: ${val}, ${test}`)
    }
  })
  it('gives a report of one file, light and dark, that no class name can break', async () => {
    const odd = ['<b>dog', 'a & b', 'bird']
    await world.act('annotate', given({ classes: odd, output: at('odd') }))
    const html = readFileSync(at('odd/report.html'), 'utf8')
    assert.match(html, /prefers-color-scheme:dark/)
    assert.doesNotMatch(html, /<b>dog|<script|https?:\/\/(?!www\.w3\.org)/)
    assert.ok((html.match(/<svg/g) ?? []).length >= 5)
    assert.match(readFileSync(at('odd/report.txt'), 'utf8'), /Look at these first/)
    assert.equal(metadataOf('odd').classes[1]!.name, 'a & b')
  })
  it('keeps groups and near-duplicates in one split', async () => {
    const copies = matrix(images.rows, width, images.data.slice())
    for (let row = 1; row < 30; row += 2) rowOf(copies, row).set(rowOf(copies, row - 1))
    const groups = Array.from({ length: 120 }, (_, row) => (row < 60 ? '' : `film ${Math.floor(row / 6)}`))
    writeFileSync(at('groups.txt'), groups.join('\n'))
    await world.act(
      'annotate',
      given({ embeddings: npy('copies.npy', copies), groups: at('groups.txt'), output: at('kin') }),
    )
    const splits = metadataOf('kin').images.map(({ split }) => split)
    for (let row = 1; row < 30; row += 2) assert.equal(splits[row], splits[row - 1])
    for (let row = 61; row < 120; row++) if (row % 6 > 0) assert.equal(splits[row], splits[row - 1])
    assert.equal(new Set(splits).size, 3)
  })
  it('takes clusters and examples as files, and gives the same bytes for the same seed', async () => {
    writeFileSync(at('c.txt'), Array.from({ length: 120 }, (_, row) => Math.floor(row / 10) - 1).join('\n'))
    const lines = [0, 40, 80].map(
      (row) => `${at(`pictures/${classes[row / 40]}-${row}.png`)},${classes[row / 40]}`,
    )
    writeFileSync(at('x.csv'), `path,label\n${lines.join('\n')}\n`)
    const { textEmbeddings: _, ...rest } = given()
    const input = { ...rest, examples: at('x.csv'), cluster: at('c.txt'), method: 'prototypes' } as const
    const first = await world.act('annotate', { ...input, output: at('first') })
    assert.deepEqual([first.clusters, first.method], [11, 'prototypes'])
    assert.match(first.says, /from 3 labelled images/)
    await world.act('annotate', { ...input, output: at('second') })
    for (const name of ['metadata.json', 'class_prototypes.npy', 'report.html', 'splits/val.csv'])
      assert.deepEqual(readFileSync(at(`first/${name}`)), readFileSync(at(`second/${name}`)), name)
    assert.equal(metadataOf('first').images[0]!.cluster, -1)
  })
  it('asks by a list, and promises once it is filled in', async () => {
    const first = await world.act('annotate', given({ abstain: 0.9, output: at('asked') }))
    assert.equal(first.audit!.promised, false)
    const [head, ...rows] = readCsv(readFileSync(at('asked/questions.csv'), 'utf8'))
    assert.equal(rows.length, 60)
    const filled = rows.map(([name, , proposal]) =>
      [name, path.basename(name!).split('-')[0], proposal].join(','),
    )
    writeFileSync(at('filled.csv'), [head!.join(','), ...filled].join('\n'))
    const second = await world.act(
      'annotate',
      given({ abstain: 0.9, audit: at('filled.csv'), output: at('kept') }),
    )
    assert.equal(second.audit!.promised, true, second.audit!.says)
    const kept = metadataOf('kept').images.filter((image) => image.kept)
    assert.equal(kept.length, Math.round(second.audit!.kept * 120))
  })
  it('draws the plots anew from what was found', async () => {
    const { files } = await world.act('plot', { results: at('results') })
    assert.equal(files.length, 5)
    for (const file of files) assert.match(readFileSync(path.join(at('results'), file), 'utf8'), /^<svg/)
    const both = await world.act('plot', { results: at('results'), png: true })
    assert.equal(both.files.length, 10)
    assert.equal(readFileSync(path.join(at('results'), 'plots/map.png')).toString('latin1', 1, 4), 'PNG')
    await assert.rejects(world.act('plot', { results: at('pictures') }), /writes a metadata.json there/)
  })
  it('names what cannot be placed, and overwrites nothing', async () => {
    const lines = Array.from({ length: 120 }, (_, row) => `gone-${row}.png`)
    writeFileSync(at('gone.txt'), lines.join('\n'))
    const done = await world.act('annotate', given({ imagePaths: at('gone.txt'), output: at('none') }))
    assert.deepEqual(done.missing, [{ reason: 'there is no such file', pictures: 120 }])
    await assert.rejects(
      world.act('annotate', given({ output: at('none') })),
      /nothing is overwritten, and it holds/,
    )
    assert.ok(!readdirSync(folder).some((name) => name.includes('writing')))
    assert.ok(existsSync(at('none/report.html')))
  })

  it('sorts by clusters where nothing tells what they show, and begins from the names that they get', async () => {
    const { textEmbeddings: _, ...rest } = given()
    const first = await world.act('annotate', { ...rest, output: at('unnamed') })
    assert.match(
      first.says,
      /^120 images were labelled by 12 clusters without names; class names.*clusters\.csv/,
    )
    assert.equal(first.pictures, 120)
    const [head, ...rows] = readCsv(readFileSync(at('unnamed/clusters.csv'), 'utf8'))
    assert.equal(rows.length, 12)
    const named = rows.map(([name, , ...others]) => [name, path.basename(name!).split('-')[0], ...others])
    writeFileSync(at('named.csv'), [head, ...named].map((row) => row!.join(',')).join('\n'))
    const second = await world.act('annotate', { ...rest, examples: at('named.csv'), output: at('renamed') })
    assert.match(second.says, /from 12 labelled images/)
    const right = metadataOf('renamed').images.filter(({ path: name, label }) =>
      path.basename(name).startsWith(label),
    )
    assert.ok(right.length >= 108, `${right.length} of 120 are right`)
  })

  const spoilt = (change: (m: Matrix) => void): Matrix => {
    const m = matrix(images.rows, width, images.data.slice())
    change(m)
    return m
  }
  const refused: Readonly<Record<string, readonly [() => Partial<InputOf<'annotate'>>, RegExp]>> = {
    'a NaN': [
      () => ({
        embeddings: npy(
          'nan.npy',
          spoilt((m) => (m.data[5 * width] = NaN)),
        ),
      }),
      /every number is finite, and row 5 of the image embeddings has NaN/,
    ],
    'a row of zeros': [
      () => ({
        embeddings: npy(
          'zeros.npy',
          spoilt((m) => rowOf(m, 7).fill(0)),
        ),
      }),
      /row 7 of the image embeddings is all zeros/,
    ],
    'too few paths': [
      () => {
        writeFileSync(at('few.txt'), 'one.png\ntwo.png\n')
        return { imagePaths: at('few.txt') }
      },
      /few\.txt must name one path for each row of the embeddings, 120, and it has 2/,
    ],
    'Fortran order': [
      () => {
        const bytes = readFileSync(at('e.npy')).toString('latin1').replace('False', 'True ')
        writeFileSync(at('fortran.npy'), Buffer.from(bytes, 'latin1'))
        return { embeddings: at('fortran.npy') }
      },
      /fortran\.npy is not as it should be.*Fortran order/,
    ],
    'no classes': [() => ({ classes: [] }), /the list of classes is empty/],
    'a class named twice': [() => ({ classes: ['dog', 'cat', 'dog'] }), /"dog" is named twice/],
    'text of another width': [
      () => ({ textEmbeddings: npy('wide.npy', matrix(3, 8, new Float32Array(24).fill(1))) }),
      /text is 8 wide, the images are 24 wide/,
    ],
    'too few clusters': [
      () => {
        writeFileSync(at('short.txt'), '1\n2\n')
        return { micro: at('short.txt') }
      },
      /must name one cluster for each row of the embeddings, 120, and it has 2/,
    ],
    'a file that is not there': [() => ({ textEmbeddings: at('no.npy') }), /no\.npy cannot be opened/],
    'both a project and files': [
      () => ({ project: 'birds' }),
      /one of a project, --images, --embeddings and --demo, and 2/,
    ],
  }
  for (const [what, [more, why]] of Object.entries(refused))
    it(`refuses ${what} in a sentence`, () => assert.rejects(world.act('annotate', given(more())), why))

  it('shows everything on made-up data', async () => {
    const { measured, pictures } = await world.act('annotate', { demo: true, output: at('demo') })
    const read = (file: string) => readFileSync(at(`demo/${file}`), 'utf8')
    const map = read('plots/map.svg')
    assert.ok(map.split('<image ').length > 20, 'pictures lie on the map')
    await world.act('plot', { results: at('demo') })
    assert.equal(read('plots/map.svg'), map, 'and lie there again when it is drawn anew')
    for (const [, address] of read('report.html').matchAll(/<a href="(images[^"]+)"/g))
      assert.ok(existsSync(at(`demo/${decodeURIComponent(address!)}`)), `${address} can be opened`)
    assert.equal(pictures, 1000)
    assert.ok(measured!.value > 0.85, `${measured!.value} right`)
  })
})
