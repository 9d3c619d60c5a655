import assert from 'node:assert/strict'
import { test } from 'node:test'
import { autoStrategy, isOfImages, strategies } from '../../src/query/index.ts'

const late = { hasEmbeddings: true, hasModel: true, labelled: 100, classes: 10 }

test('before embeddings exist, chance chooses and says so', () => {
  const { strategy, says } = autoStrategy({ ...late, hasEmbeddings: false })
  assert.equal(strategy, 'random')
  assert.match(says, /chance.*embedded/)
})
test('before a version exists, images that stand for many come first', () => {
  const { strategy, says } = autoStrategy({ ...late, hasModel: false })
  assert.equal(strategy, 'maxherding')
  assert.match(says, /no trained version yet/)
})
test('with a version, doubt counts of images that stand for many', () => {
  const { strategy, says } = autoStrategy({ ...late, labelled: 99 })
  assert.equal(strategy, 'doubtherding')
  assert.match(says, /99 labels for 10 classes/)
})
test('never is doubt asked for before there is anything to doubt', () => {
  for (const labelled of [0, 1, 5, 1000]) {
    const { strategy } = autoStrategy({ ...late, hasModel: false, labelled })
    assert.ok(strategies[strategy].needs.every(isOfImages))
  }
})
