// The figures of a set that labelled itself.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  colourOf,
  convergence,
  distribution,
  figures,
  type FigureName,
  heatMap,
  histogram,
  scatter,
  themes,
} from '../../src/figures/index.ts'
import { matrix } from '../../src/math/index.ts'

const theme = themes.light
const size = { width: 480, height: 240 }
const count = (text: string, what: RegExp) => [...text.matchAll(what)].length
const said = (drawn: string) => /aria-label="([^"]*)"/.exec(drawn)![1]

describe('the distribution of classes', () => {
  it('names the largest and the smallest, and draws all', () => {
    const drawn = distribution(
      [
        { name: 'wren', count: 5 },
        { name: 'crow', count: 1200 },
      ],
      size,
      theme,
    )
    assert.equal(said(drawn), '1,205 images of 2 classes: most are crow (1200), fewest wren (5)')
    assert.equal(count(drawn, /<rect/g), 2)
    assert.match(drawn, />1,200 · 100%</)
  })
})

describe('the histogram of confidence', () => {
  it('tells the middle, and counts the ends in', () => {
    const drawn = histogram([0, 0.2, 0.9, 1, 1], size, theme)
    assert.equal(said(drawn), 'Half of 5 images are at least 0.90 sure')
    assert.match(drawn, /0\.95 to 1\.00: 2 images/)
    assert.match(drawn, /0\.00 to 0\.05: 1 images/)
  })
  it('counts every value once, and passes over what is no share', () =>
    fc.assert(
      fc.property(fc.array(fc.double({ min: -0.5, max: 1.5 }), { maxLength: 50 }), (values) => {
        const drawn = histogram([...values, 0.5], size, theme)
        const counted = [...drawn.matchAll(/: (\d+) images/g)].reduce((sum, [, n]) => sum + Number(n), 0)
        assert.equal(counted, values.filter((value) => value >= 0 && value <= 1).length + 1)
      }),
    ))
})

describe('convergence', () => {
  it('says how many images the last round changed', () => {
    const rounds = [
      { step: 'meta 1', moved: 0.4, changed: 80 },
      { step: 'micro 1', moved: 0, changed: 0 },
    ]
    const drawn = convergence(rounds, size, theme)
    assert.equal(said(drawn), 'In the last of 2 rounds 0 images changed their class')
    assert.match(drawn, /meta 1: 80 images changed, prototypes moved 0\.40/)
  })
})

describe('the map of clusters and classes', () => {
  const weights = matrix(3, 2, Float32Array.from([1, 9, 0, 0, 30, 0]))
  const drawn = heatMap({ clusters: ['a', 'b', 'c'], classes: ['wren', 'crow'], weights }, size, theme)
  it('puts clusters in the order of their class, and leaves empty ones out', () => {
    assert.ok(drawn.indexOf('c: 100% wren') < drawn.indexOf('a: 90% crow'))
    assert.doesNotMatch(drawn, />b</)
  })
  it('says how many are clear', () =>
    assert.equal(said(drawn), '2 of 3 clusters belong to one class by nine tenths'))
  it('draws the heaviest of very many', () => {
    const [rows, columns] = [500, 101]
    const many = matrix(
      rows,
      columns,
      Float32Array.from({ length: rows * columns }, (_, i) => (i % 37) / 37),
    )
    const all = heatMap(
      { clusters: [], classes: Array.from({ length: columns }, (_, i) => `${i}`), weights: many },
      size,
      theme,
    )
    assert.ok(all.length < 2_000_000)
    assert.equal(new Set([...all.matchAll(/<title>(\d+):/g)].map(([, cluster]) => cluster)).size, 80)
  })
})

describe('the map of images', () => {
  const points = (n: number) => ({
    x: Float32Array.from({ length: n }, (_, i) => Math.cos(i)),
    y: Float32Array.from({ length: n }, (_, i) => Math.sin(i)),
    classOf: Int32Array.from({ length: n }, (_, i) => (i % 4) - 1),
    classes: ['wren', 'crow', 'robin', 'owl'],
  })
  it('has every point once, a path for each class, and the names of those that are there', () => {
    const drawn = scatter(points(400), size, theme)
    assert.equal(count(drawn, /h0/g), 400)
    assert.equal(count(drawn, /<path/g), 4)
    assert.deepEqual([drawn.includes('>robin<'), drawn.includes('>owl<')], [true, false])
  })
  it('of 100,000 images stays under 2 MB', () =>
    assert.ok(scatter(points(100_000), size, theme).length < 2e6))
  it('lays pictures over their points', () => {
    const thumbnails = [{ index: 3, href: 'data:image/webp;base64,AA==' }]
    assert.match(
      scatter({ ...points(9), thumbnails }, size, theme),
      /<image href="data:image\/webp;base64,AA=="/,
    )
  })
})

describe('every figure', () => {
  const hostile = '<script>&"'
  const one = {
    distribution: [{ name: hostile, count: 0 }],
    confidence: [0.5],
    convergence: [{ step: hostile, moved: 0, changed: 0 }],
    alignment: { clusters: [hostile], classes: [hostile], weights: matrix(1, 1, Float32Array.of(1)) },
    map: { x: Float32Array.of(1), y: Float32Array.of(1), classOf: Int32Array.of(0), classes: [hostile] },
    accuracy: [{ labels: 1, value: 0, low: 0, high: 0 }],
    confusion: { classes: [hostile], counts: [[0]] },
    sessions: [{ name: hostile, points: [{ labels: 1, value: 0, low: 0, high: 0 }] }],
    duels: {
      players: [hostile, 'random'],
      fought: [
        {
          winner: hostile,
          loser: 'random',
          difference: { value: 0 },
          won: 0,
          p: 1,
          isSignificant: false,
        },
      ],
    },
  } satisfies Record<FigureName, unknown>
  const none = {
    distribution: [],
    confidence: [],
    convergence: [],
    alignment: { clusters: [], classes: [], weights: matrix(0, 0) },
    map: { x: new Float32Array(), y: new Float32Array(), classOf: new Int32Array(), classes: [] },
    accuracy: [],
    confusion: { classes: [], counts: [] },
    sessions: [],
    duels: { players: [], fought: [] },
  } satisfies Record<FigureName, unknown>
  for (const [name, { says, draw }] of Object.entries(figures)) {
    it(`${name}, ${says}: stands with one value or none, and lets no name open a tag`, () => {
      for (const data of [one, none]) {
        const drawn = draw(data[name as keyof typeof data] as never, size, theme)
        assert.match(drawn, /^<svg [^>]*aria-label="[^"]+"/)
        assert.doesNotMatch(drawn, /NaN|Infinity|undefined|<script>/)
      }
    })
  }
  it('has colours that differ', () =>
    assert.equal(new Set(Array.from({ length: 101 }, (_, i) => colourOf(i))).size, 101))
})
