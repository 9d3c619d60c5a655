import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { idsOf, vocabularyOf } from '../../src/runtime/byte-pairs.ts'

const fixture = JSON.parse(readFileSync(new URL('fixtures/clip-tokens.json', import.meta.url), 'utf8')) as {
  vocab: Record<string, number>
  merges: string[]
  cases: { text: string; ids: number[] }[]
}
const clip = vocabularyOf(new Map(Object.entries(fixture.vocab)), fixture.merges, 'clip-tokens.json')

describe('text as CLIP numbers it', () => {
  for (const { text, ids } of fixture.cases)
    it(`gives what its own tokeniser gives for ${text}`, () => {
      const whole = idsOf(text, clip, 77)
      assert.equal(whole.length, 77)
      assert.deepEqual(whole.slice(0, ids.length + 2), [49_406, ...ids, 49_407])
      assert.ok(whole.slice(ids.length + 2).every((id) => id === 49_407))
    })
  it('cuts what is too long, and still ends it', () =>
    assert.deepEqual(idsOf('a photo of a cat', clip, 5), [49_406, 320, 1125, 539, 49_407]))
  it('refuses a vocabulary that begins and ends texts in another way', () =>
    assert.throws(() => vocabularyOf(new Map([['a', 0]]), [], 'v.json'), /v\.json.*<\|startoftext\|>/))
})
