import assert from 'node:assert/strict'
import { test } from 'node:test'
import { autoStrategy, strategies } from '../../src/query/index.ts'

const late = { hasEmbeddings: true, hasModel: true, labelled: 100, classes: 10 }

test('before embeddings exist, chance chooses and says so', () => {
  const { strategy, says } = autoStrategy({ ...late, hasEmbeddings: false })
  assert.equal(strategy, 'random')
  assert.match(says, /chance.*embedded/)
})
test('before a version exists, typical images come first', () =>
  assert.equal(autoStrategy({ ...late, hasModel: false }).strategy, 'typical'))
test('while labels are few, doubt counts only of images that stand for many', () => {
  const { strategy, says } = autoStrategy({ ...late, labelled: 99 })
  assert.equal(strategy, 'uherding')
  assert.match(says, /99 labels for 10 classes/)
})
test('with labels enough, the closest calls are asked, each of another kind', () => {
  const { strategy, says } = autoStrategy(late)
  assert.equal(strategy, 'covering-margin')
  assert.match(says, /100 labels/)
})
test('never is doubt asked for before there is anything to doubt', () => {
  for (const labelled of [0, 1, 5, 1000]) {
    const { strategy } = autoStrategy({ ...late, hasModel: false, labelled })
    assert.ok(!strategies[strategy].needs.some((need: string) => need !== 'embeddings'))
  }
})
