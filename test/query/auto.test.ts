import assert from 'node:assert/strict'
import { test } from 'node:test'
import { autoStrategy } from '../../src/query/index.ts'

const late = { hasEmbeddings: true, hasModel: true, labelled: 100, classes: 10 }

test('before embeddings exist, chance chooses and says so', () => {
  const { strategy, says } = autoStrategy({ ...late, hasEmbeddings: false })
  assert.equal(strategy, 'random')
  assert.match(says, /chance.*embedded/)
})
test('before a version exists, typical images come first', () =>
  assert.equal(autoStrategy({ ...late, hasModel: false }).strategy, 'typical'))
test('while labels are few, guesses are not trusted', () => {
  const { strategy, says } = autoStrategy({ ...late, labelled: 99 })
  assert.equal(strategy, 'typical')
  assert.match(says, /99 labels for 10 classes/)
})
test('with labels enough, the closest calls are asked', () =>
  assert.equal(autoStrategy(late).strategy, 'margin'))
