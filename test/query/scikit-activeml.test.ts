// Another implementation's numbers; test/query/make_fixtures.py made them.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it, test } from 'node:test'
import type { ImageId } from '../../src/base/index.ts'
import {
  choose,
  emptyPool,
  scores,
  squaredToNearest,
  usualWeights,
  type Pool,
  type ScoreName,
} from '../../src/query/index.ts'
import { herd, likenessesOf } from '../../src/query/herding.ts'
import type { Score } from '../../src/query/scores.ts'
import { rows, withSeed } from './pools.ts'

const given = JSON.parse(readFileSync(new URL('fixtures/scikit-activeml.json', import.meta.url), 'utf8')) as {
  rows: number[][]
  labelled: number[][]
  heads: number[][][]
  scores: Record<string, number[]>
  chosen: { 'k-center': number[]; herding: number[] }
}
const pool: Pool = {
  ...emptyPool,
  ids: given.rows.map((_, i) => i as ImageId),
  nearTo: given.rows.map(() => null),
  embeddings: rows(given.rows),
  labelled: rows(given.labelled),
  probabilities: rows(given.heads[0]!),
  ensemble: given.heads.map(rows),
}

describe('scores agree with scikit-activeml', () => {
  for (const [name, theirs] of Object.entries(given.scores)) {
    it(name, () => {
      const score: Score = scores[name as ScoreName]
      for (const [i, ours] of score.of(pool, usualWeights).entries())
        assert.ok(Math.abs(ours - theirs[i]!) < 2e-6, `image ${i}: ${ours} is not ${theirs[i]}`)
    })
  }
})
test('k-center chooses the same images in the same order', async () => {
  const { length: budget } = given.chosen['k-center']
  const choices = await choose(pool, { strategy: 'k-center', budget }, withSeed(1))
  assert.deepEqual(
    choices.map((c) => c.image as number),
    given.chosen['k-center'],
  )
})
test('herding chooses the same images in the same order', async () => {
  const [others, tools] = [pool.embeddings!, withSeed(1)]
  const kernel = (squared: number) => Math.exp(-squared)
  const crowd = {
    likenesses: await likenessesOf({ candidates: others, others }, kernel, tools),
    weights: new Float32Array(others.rows).fill(1),
    covered: (await squaredToNearest(others, pool.labelled, tools)).map(kernel),
  }
  const { order } = herd(crowd, given.chosen.herding.length)
  assert.deepEqual(order, given.chosen.herding)
})
