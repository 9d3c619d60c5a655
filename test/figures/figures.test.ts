import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  bars,
  course,
  curve,
  duels,
  finding,
  matrix,
  mistakes,
  plusMinus,
  scaleOf,
  shareRange,
  themes,
  ticksOf,
} from '../../src/figures/index.ts'

const count = (text: string, what: RegExp) => [...text.matchAll(what)].length
const birds = {
  classes: ['wren', 'robin', 'crow'],
  counts: [
    [8, 2, 0],
    [1, 9, 0],
    [0, 3, 7],
  ],
}

describe('an axis', () => {
  it('has round ticks inside its range', () => assert.deepEqual(ticksOf(0.31, 0.92, 3), [0.4, 0.6, 0.8]))
  it('never leaves its range, whatever the range', () =>
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        (low, span) =>
          ticksOf(low, low + span, 4).every(
            (tick) => tick >= low - span * 1e-6 && tick <= low + span * (1 + 1e-6),
          ),
      ),
    ))
  it('of shares starts where the data is and stays within 0 and 1', () => {
    assert.deepEqual(shareRange([0.71, 0.88]), [0.65, 0.9])
    assert.deepEqual(shareRange([0.99, 1]), [0.9, 1])
  })
  it('maps ends to ends, also upside down', () => {
    const y = scaleOf([0, 10], [100, 0])
    assert.deepEqual([y(0), y(5), y(10)], [100, 50, 0])
  })
})

describe('the accuracy curve', () => {
  const points = [
    { labels: 30, value: 0.8, low: 0.75, high: 0.84 },
    { labels: 10, value: 0.5, low: 0.4, high: 0.6 },
  ]
  it('names its newest point, in the order of labels', () => {
    const drawn = curve(points, { width: 300, height: 150 }, themes.light)
    assert.match(drawn, /aria-label="Accuracy 80\.0 ± 4\.5% after 30 labels"/)
    assert.match(drawn, />80\.0%</)
  })
  it('stands with a single point, and says so without any', () => {
    assert.doesNotMatch(curve([points[0]!], { width: 300, height: 150 }, themes.light), /NaN|Infinity/)
    assert.match(curve([], { width: 300, height: 150 }, themes.light), /No version has been measured yet/)
  })
  it('shows the newest of several versions with as many labels', () => {
    const again = [...points, { labels: 30, value: 0.9, low: 0.85, high: 0.94 }]
    const drawn = curve(again, { width: 300, height: 150 }, themes.light)
    assert.match(drawn, />90\.0%</)
    assert.doesNotMatch(drawn, />80\.0%</)
  })
  it('has room for chance in grey, and for what is forecast', () => {
    const chance = [{ labels: 10, value: 0.3 }]
    const ahead = { labels: 130, value: 0.9, low: 0.86, high: 0.94 }
    const drawn = course({ points, chance, ahead }, { width: 300, height: 150 }, themes.light)
    assert.match(drawn, />random</)
    assert.match(drawn, /stroke-dasharray/)
    const across = [...drawn.matchAll(/ (?:cx|x1|x2)="([\d.]+)"/g)].map((found) => Number(found[1]))
    assert.ok(Math.max(...across) <= 300)
    assert.doesNotMatch(curve(points, { width: 300, height: 150 }, themes.light), /random|dasharray/)
  })
  it('says intervals as people do', () =>
    assert.equal(plusMinus({ value: 0.912, low: 0.898, high: 0.926 }), '91.2 ± 1.4'))
})

describe('the confusion matrix', () => {
  it('has a cell for each pair, and says the worst mix-up aloud', () => {
    assert.equal(count(matrix(birds, { width: 400 }, themes.light), /<rect/g), 9)
    assert.equal(finding(birds), 'Most often mixed up: crow taken for robin, 3 times')
  })
  it('lists mistakes only, most frequent first', () =>
    assert.deepEqual(
      mistakes(birds, 2).map((m) => `${m.truth}→${m.guess}`),
      ['crow→robin', 'wren→robin'],
    ))
  it('lets no class name open a tag', () => {
    const names = {
      classes: ['<script>', '"&'],
      counts: [
        [1, 1],
        [0, 1],
      ],
    }
    assert.doesNotMatch(matrix(names, { width: 200 }, themes.light), /<script>/)
  })
  it('keeps finite numbers for 101 classes', () => {
    const classes = Array.from({ length: 101 }, (_, i) => `class ${i}`)
    const counts = classes.map((_, i) => classes.map((__, j) => (i === j ? 5 : 0)))
    assert.doesNotMatch(matrix({ classes, counts }, { width: 800 }, themes.light), /NaN/)
  })
})

describe('bars', () => {
  it('come longest first, each with its name and share', () => {
    const drawn = bars(
      [
        { name: 'wren', share: 0.2 },
        { name: 'crow', share: 0.8 },
      ],
      { width: 300 },
      themes.light,
    )
    assert.ok(drawn.indexOf('crow') < drawn.indexOf('wren'))
    assert.match(drawn, /aria-label="crow, 80%"/)
  })
})

describe('the matrix of duels', () => {
  const won = { difference: { value: 0.123 }, won: 0.9, p: 0.01, isSignificant: true }
  const fought = [
    { winner: 'auto', loser: 'random', ...won },
    { winner: 'margin', loser: 'random', ...won, difference: { value: 0.004 }, p: 0.4, isSignificant: false },
    { winner: 'auto', loser: 'margin', ...won, difference: { value: 0 }, won: 0, p: 1, isSignificant: false },
  ]
  const drawn = duels({ players: ['auto', 'margin', 'random'], fought }, { width: 400 }, themes.light)

  it('says who won most, and how much of it is significant', () =>
    assert.match(drawn, /aria-label="auto won 1 of 2 duels, 1 of them significantly"/))
  it('shows each duel from both sides, in points', () => {
    assert.equal(count(drawn, />\+12\.3</g), 1)
    assert.equal(count(drawn, />−12\.3</g), 1)
    assert.equal(count(drawn, />0</g), 2)
  })
  it('is bold only where it is significant', () => assert.equal(count(drawn, /font-weight="700"/g), 2))
  it('says so where nobody won', () =>
    assert.match(
      duels({ players: ['random'], fought: [] }, { width: 400 }, themes.light),
      /Nobody won a duel/,
    ))
})
