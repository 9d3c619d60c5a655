import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { adviceFrom } from '../../src/steps/session/advice.ts'
import { RoundFigures, Settings } from '../../src/steps/session/views.ts'

type Facts = Parameters<typeof adviceFrom>[0]
const settings = Settings.parse({
  strategy: 'auto',
  budget: 50,
  rounds: 10,
  validationShare: 0.2,
  control: 0.1,
  stopBelow: 0.01,
})
const figures = RoundFigures.parse({
  answered: 50,
  skipped: 0,
  drawn: 4,
  validation: 10,
  labels: 40,
  perClass: ['wren', 'robin', 'crow'].map((name) => ({ name, labelled: 20 })),
  accuracy: { value: 0.8, low: 0.75, high: 0.84, count: 300 },
  macroF1: 0.8,
  ece: 0.1,
  loss: { train: 0.1, validation: 0.5 },
  trainAccuracy: 1,
  seconds: 1,
  secondsPerAnswer: 2,
  sizeBytes: 1000,
  diversity: null,
  arm: null,
  gate: null,
  says: '',
})
const all = { settings, figures, how: { pull: 0.01, batches: undefined }, trials: [] }
const adviceOn = (facts: Partial<Facts>) => adviceFrom({ ...all, ...facts })
const arm = (high: number) => ({
  labels: 30,
  random: 0.7,
  asked: 0.6,
  difference: { value: -0.1, low: -0.2, high },
})
const trial = (value: number, loss: number, high: number) => ({
  name: 'pull' as const,
  value,
  was: 0.01,
  difference: { value: loss, low: loss - 0.1, high },
})

describe('advice', () => {
  it('is silent while nothing shows', () => assert.deepEqual(adviceOn({}), []))
  it('changes the strategy once as many labels drawn by chance are shown to teach more', () => {
    assert.deepEqual(adviceOn({ figures: { ...figures, arm: arm(0.01) } }), [])
    assert.deepEqual(adviceOn({ figures: { ...figures, arm: arm(-0.02) } }), [
      {
        says: '30 labels that were asked for teach 10.0 points less than 30 that chance drew: try the strategy typical',
        change: { strategy: 'typical' },
      },
    ])
    const margin = { ...settings, strategy: 'margin' as const }
    const [one] = adviceOn({ settings: margin, figures: { ...figures, arm: arm(-0.02) } })
    assert.deepEqual(one!.change, { strategy: 'auto' })
  })
  it('takes one’s own strategy away with it, which goes before any name', () => {
    const own = { ...settings, own: 'mine.ts' }
    const [one] = adviceOn({ settings: own, figures: { ...figures, arm: arm(-0.02) } })
    assert.deepEqual(one!.change, { strategy: 'auto', own: null })
  })
  it('names the classes that have few labels, with their numbers', () => {
    const perClass = [...figures.perClass.slice(1), { name: 'wren', labelled: 2 }]
    const [one, ...others] = adviceOn({ figures: { ...figures, perClass } })
    assert.match(
      one!.says,
      /^wren \(2\) have few labels, and a class has 14 on average: try the strategy class-b/,
    )
    assert.deepEqual(others, [])
  })
  it('proposes the pull that is shown to lose least on the validation images, and no other', () => {
    assert.deepEqual(adviceOn({ trials: [trial(0.03, -0.05, 0.01)] }), [])
    const [one] = adviceOn({ trials: [trial(0.03, -0.05, -0.01), trial(0.003, -0.2, -0.1)] })
    assert.deepEqual(one, {
      says: 'with a pull of 0.003, not 0.01, the loss on the validation images is 0.20 (0.10 to 0.30) less: try it',
      change: { pull: 0.003 },
    })
  })
  it('asks for more validation images where accuracy is hardly known', () => {
    const accuracy = { value: 0.7, low: 0.5, high: 0.84, count: 20 }
    const [one] = adviceOn({ figures: { ...figures, accuracy } })
    assert.deepEqual(one!.change, { validationShare: 0.4 })
    assert.match(
      one!.says,
      /accuracy is known to ± 17.0 points from 20 validation images: let 40% of the questions be drawn/,
    )
  })
})
