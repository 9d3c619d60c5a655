import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { matrix, multiply, randomFrom, rowOf } from '../../src/math/index.ts'
import { auroc, classThresholds, confidentClass, labelDoubts } from '../../src/measure/index.ts'

const near = (a: number, b: number, by = 1e-6) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`)
const tools = { matmul: async (a: Parameters<typeof multiply>[0], b: typeof a) => multiply(a, b) }

describe('confident learning', () => {
  // Given as class 0: sure .9 and .25; as class 1: sure .6 and .8. Thresholds: .575 and .7.
  const labels = Int32Array.of(0, 0, 1, 1)
  const probabilities = matrix(4, 2, Float32Array.of(0.9, 0.1, 0.25, 0.75, 0.4, 0.6, 0.2, 0.8))

  it('has for threshold the mean sureness of each class', () => {
    const [first, second] = classThresholds(labels, probabilities)
    near(first!, 0.575)
    near(second!, 0.7)
  })
  it('is off where the model is as sure of another class as it usually is', () => {
    const thresholds = Float32Array.of(0.575, 0.7)
    const classes = [...labels].map((label, i) => confidentClass(rowOf(probabilities, i), thresholds, label))
    assert.deepEqual(classes, [0, 1, 1, 1])
  })
  it('keeps a label where the model is sure of nothing', () =>
    assert.equal(confidentClass(Float32Array.of(0.5, 0.5), Float32Array.of(0.6, 0.7), 1), 1))
  it('blends the model with the neighbours, half and half', async () => {
    // Images 0 and 1 are one picture, 2 and 3 another; each label is outvoted by all others, by closeness.
    const embeddings = matrix(4, 2, Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1))
    const { doubt, isOff, suggested } = await labelDoubts({ labels, probabilities, embeddings }, tools)
    // The blend is sure of class 0 by .79 on average: .625 is not as sure as usual.
    assert.deepEqual([...isOff], [0, 0, 0, 0])
    // Row 0: its twin says 0, the others hardly weigh: model .9, vote about 1.
    near(doubt[0]!, 1 - (0.9 + 1) / 2, 2e-3)
    near(doubt[1]!, 1 - (0.25 + 1) / 2, 2e-3)
    assert.equal(suggested[1], 0)
  })
})

/** Heaps about axes; a share of the labels is drawn from the other classes; a crude model votes by nearest mean. */
function planted(share: number, spread: number) {
  const [classes, each, width] = [4, 60, 12]
  const random = randomFrom(11)
  const rows = classes * each
  const truth = Int32Array.from({ length: rows }, (_, i) => i % classes)
  const embeddings = matrix(rows, width)
  for (let i = 0; i < rows; i++) {
    const row = rowOf(embeddings, i)
    for (let j = 0; j < width; j++) row[j] = spread * random.normal()
    row[truth[i]!]! += 1
    const length = Math.hypot(...row)
    for (let j = 0; j < width; j++) row[j]! /= length
  }
  const isWrong = Uint8Array.from(truth, () => Number(random.next() < share))
  const labels = truth.map((c, i) => (isWrong[i] ? (c + 1 + random.below(classes - 1)) % classes : c))
  return { truth, labels, isWrong, embeddings, probabilities: outOfFold({ labels, embeddings, classes }) }
}

/** Softmax of the closeness to each class's mean, of which the image itself is no part. */
function outOfFold(of: { labels: Int32Array; embeddings: ReturnType<typeof matrix>; classes: number }) {
  const { labels, embeddings, classes } = of
  const sums = matrix(classes, embeddings.columns)
  labels.forEach((c, i) => rowOf(embeddings, i).forEach((x, j) => (rowOf(sums, c)[j]! += x)))
  const probabilities = matrix(labels.length, classes)
  labels.forEach((label, i) => {
    const row = rowOf(embeddings, i)
    const raw = Array.from({ length: classes }, (_, c) => {
      const mean = rowOf(sums, c).map((x, j) => (c === label ? x - row[j]! : x))
      const length = Math.hypot(...mean)
      return Math.exp(6 * row.reduce((sum, x, j) => sum + (x * mean[j]!) / length, 0))
    })
    const total = raw.reduce((a, b) => a + b)
    raw.forEach((x, c) => (rowOf(probabilities, i)[c] = x / total))
  })
  return probabilities
}

describe('labelDoubts', () => {
  for (const share of [0.05, 0.3]) {
    it(`finds ${100 * share}% of planted errors where classes are separable`, async () => {
      const { truth, isWrong, ...given } = planted(share, 0.15)
      const { doubt, suggested, isOff } = await labelDoubts(given, tools)
      const area = auroc(doubt, isWrong)
      assert.ok(area >= 0.95, `AUROC ${area}`)
      const right = suggested.filter((c, i) => isWrong[i] === 1 && c === truth[i]).length
      assert.ok(right >= 0.9 * isWrong.reduce((a, b) => a + b), 'most are given their true class back')
      const found = isOff.filter((off, i) => off === 1 && isWrong[i] === 1).length
      assert.ok(found >= 0.9 * isWrong.reduce((a, b) => a + b))
    })
  }
  it('still tells most wrong from right labels where classes run into one another', async () => {
    const { isWrong, ...given } = planted(0.3, 0.35)
    assert.ok(auroc((await labelDoubts(given, tools)).doubt, isWrong) > 0.8)
  })
  it('stands with one label, and with a class that nobody gave', async () => {
    const one = {
      labels: Int32Array.of(0),
      probabilities: matrix(1, 2, Float32Array.of(1, 0)),
      embeddings: matrix(1, 2, Float32Array.of(1, 0)),
    }
    const { doubt, suggested } = await labelDoubts(one, tools)
    assert.deepEqual([doubt[0], suggested[0]], [0, 0])
  })
})

describe('auroc', () => {
  it('is as counted by hand', () => {
    assert.equal(auroc([0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1]), 1)
    assert.equal(auroc([0.1, 0.4, 0.3, 0.2], [0, 0, 1, 1]), 0.5)
    assert.equal(auroc([1, 1, 1], [1, 0, 1]), 0.5)
    assert.equal(auroc([1, 2], [1, 1]), 0.5)
  })
})
