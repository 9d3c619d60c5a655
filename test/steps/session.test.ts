// Whole sessions by steps alone, with the truth as the one who answers.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { configuration, type OutputOf } from '../../src/steps/index.ts'
import { addBirds, kinds, openWorld, type Birds, type TestWorld } from '../fixtures/world.ts'

type Shown = OutputOf<'session'>
const session = 'first'

describe('a session', () => {
  let world: TestWorld
  let birds: Birds
  const project = 'birds'
  before(async () => {
    world = await openWorld()
    await world.act('create', { project, classes: [...kinds], validationShare: 0.3 })
    birds = await addBirds(world, project, { each: 80, spread: 1.4 })
  })
  after(() => world.close())

  const ask = (by = 'ann', budget = 5) => world.act('ask', { project, by, budget })
  const tell = (ids: readonly number[], by = 'ann') =>
    world.act('answer', {
      project,
      by,
      answers: ids.map((image) => ({ image, label: birds.kindOf(image), seconds: 2 })),
    })
  const answerRound = async (): Promise<number[]> => {
    const asked: number[] = []
    for (;;) {
      const { questions } = await ask('ann', 50)
      if (questions.length === 0) return asked
      asked.push(...questions.map((q) => q.image.id))
      await tell(questions.map((q) => q.image.id))
    }
  }
  const show = (): Promise<Shown> => world.act('session', { project, session })
  const advance = () => world.act('session-advance', { project })

  it('is planned with a split of 80 to 20, a random arm and room for ten rounds', async () => {
    const planned = await world.act('session-create', { project, session, description: 'to try' })
    const { strategy, budget, rounds, validationShare, control, stopBelow } = planned.settings
    assert.deepEqual([strategy, budget, rounds], ['auto', 50, 10])
    assert.deepEqual([validationShare, control, stopBelow], [0.2, 0.1, 0.01])
    assert.deepEqual([planned.state, planned.startedAt, planned.open], ['new', null, null])
    assert.equal((await world.act('sessions', { project })).sessions[0]!.description, 'to try')
  })
  it('is changed setting by setting; null takes one away', async () => {
    const of = { project, session }
    const changed = await world.act('session-update', {
      ...of,
      budget: 20,
      rounds: 4,
      epochs: 5,
      stopBelow: 0,
    })
    assert.deepEqual(
      [changed.settings.budget, changed.settings.epochs, changed.settings.control],
      [20, 5, 0.1],
    )
    const again = await world.act('session-update', { ...of, epochs: null })
    assert.equal(again.settings.epochs, undefined)
    await assert.rejects(world.act('session-update', { ...of, budget: 0 }), {
      message: /budget.*0 was given/,
    })
  })
  it('serves nothing before it starts: questions are those of no session', async () => {
    const { round } = await world.act('ask', { project, by: 'eve', minutes: 0.001 })
    assert.equal(round, null)
    await assert.rejects(world.act('ask', { project, session }), { message: /must run, and it is new/ })
  })
  it('opens its first round for whoever asks first, four fifths of it to learn from', async () => {
    await world.act('session-start', { project, session })
    const { questions, round, says, left } = await ask()
    assert.deepEqual([round, left], [{ session, number: 1, questions: 20 }, 20])
    assert.match(says, /round 1 of “first”: 20 of 20 questions are open; ./)
    assert.equal(questions.length, 5)
    const all = await world.store.sessions.questions(project, session, 1)
    assert.equal(all.filter((q) => q.split === 'validation').length, 4)
    assert.ok(all.every((q) => q.split !== 'test'))
    await assert.rejects(advance(), { message: /20 questions of round 1 must be answered.*20 are open/ })
  })
  it('serves no question to two people, and says who has the rest', async () => {
    const [ann, bob] = [await ask('ann', 12), await ask('bob', 12)]
    const shown = [...ann.questions, ...bob.questions].map((q) => q.image.id)
    assert.deepEqual([ann.questions.length, bob.questions.length, new Set(shown).size], [12, 8, 20])
    const eve = await ask('eve')
    assert.deepEqual([eve.questions, eve.left], [[], 0])
    assert.match(eve.says, /20 of 20 questions are open, and others are answering these/)
    await tell(
      bob.questions.map((q) => q.image.id),
      'bob',
    )
    assert.equal((await show()).open!.left, 12)
  })
  it('waits while it is paused, and goes on where it was', async () => {
    await world.act('session-pause', { project, session })
    await assert.rejects(advance(), { kind: 'not-ready', message: /no session of birds runs/ })
    await assert.rejects(world.act('session-start', { project, session }), {
      message: /is paused: only.*new/,
    })
    const resumed = await world.act('session-resume', { project, session })
    assert.deepEqual([resumed.state, resumed.open], ['running', { round: 1, questions: 20, left: 12 }])
  })
  it('trains, measures, publishes the first version and opens the next round once all is answered', async () => {
    assert.equal((await answerRound()).length, 12)
    assert.match((await ask()).says, /is answered: the next opens once session-advance has trained/)
    const { closed, opened, version, says } = await advance()
    assert.deepEqual([closed, opened, version], [1, 2, 1])
    assert.match(
      says,
      /round 1 is done: version 1 is published: nothing was published before it; round 2 asks 20/,
    )
    const { rounds, best, curve, images } = await show()
    const [first, second] = rounds
    assert.deepEqual([first!.state, second!.state, second!.left], ['done', 'open', 20])
    assert.deepEqual([first!.answered, first!.skipped, first!.validation, first!.labels], [20, 0, 4, 16])
    assert.equal(first!.accuracy!.count, 4)
    assert.ok(first!.sizeBytes! > 100 && first!.seconds! > 0 && first!.loss!.train! > 0)
    assert.equal(first!.secondsPerAnswer, 2)
    assert.deepEqual([best?.round, curve.length, images], [1, 1, 4])
  })
  it('carries on to its last round: all rounds are measured on the same images, the best is marked', async () => {
    for (const number of [2, 3, 4]) {
      await answerRound()
      assert.equal((await advance()).closed, number)
    }
    const { state, why, rounds, curve, completedAt, images, forecast, stop, convergence, best } = await show()
    assert.deepEqual([state, why], ['completed', 'all 4 rounds are done'])
    assert.ok(completedAt! > rounds[0]!.startedAt)
    assert.equal(rounds.length, 4)
    assert.ok(images >= 12 && curve.every((p) => p.low <= p.accuracy && p.accuracy <= p.high))
    assert.deepEqual(
      curve.map((p) => p.round),
      [1, 2, 3, 4],
    )
    const most = Math.max(...curve.map((p) => p.accuracy))
    assert.deepEqual(
      rounds.map((r) => r.isBest),
      curve.map((p) => p === curve.find((q) => q.accuracy === most)),
    )
    assert.equal(best!.accuracy, most)
    // Sixteen validation images or so: too few to foretell anything, and it says so.
    assert.deepEqual([forecast, convergence], [null, null])
    assert.match(stop.says, /go on: a forecast takes 4 rounds and 20 labelled validation images/)
  })
  it('tells of each round what its labels reach, how even the classes are, and what repeats', async () => {
    const { rounds } = await show()
    const diversities = rounds.map((round) => round.diversity!)
    for (const { radius, radius95, entropy, redundancy } of diversities) {
      assert.ok(radius! >= radius95! && entropy > 0.5 && entropy <= 1 && redundancy! < 1)
    }
    // Labels are only added: no image is farther from them than before.
    const reach = diversities.map((it) => it.radius!)
    assert.deepEqual(
      reach,
      reach.toSorted((a, b) => b - a),
    )
    assert.ok(reach.at(-1)! < reach[0]!)
  })
  it('keeps the arm that chance drew, a tenth of what is learnt from', async () => {
    const { rounds } = await show()
    const drawn = rounds.reduce((sum, round) => sum + round.drawn!, 0)
    assert.ok(drawn >= 4 && drawn <= 9, `${drawn} of 64`)
  })
  it('shows each question of a round, why it was asked and what was answered', async () => {
    const { asked, round, answered } = await world.act('round', { project, session, round: 2 })
    assert.deepEqual([round, answered, asked.length], [2, 20, 20])
    for (const { image, label, reason, isSkipped } of asked) {
      assert.deepEqual([label, isSkipped], [birds.kindOf(image), false])
      assert.ok(reason.length > 5)
    }
    await assert.rejects(world.act('round', { project, session, round: 5 }), {
      message: /no round 5.*1 to 4/,
    })
  })
  it('compares two of its rounds on the same images', async () => {
    const { from, to, difference, better, worse, count } = await world.act('round-compare', {
      project,
      session,
      from: 1,
      to: 4,
    })
    assert.deepEqual([from.round, to.round, from.labels < to.labels], [1, 4, true])
    assert.ok(Math.abs(difference.value - (better.length - worse.length) / count) < 1e-9)
    assert.ok(Math.abs(to.accuracy.value - from.accuracy.value - difference.value) < 1e-9)
    await assert.rejects(world.act('round-compare', { project, session, from: 9 }), {
      message: /there are 1, 2, 3, 4/,
    })
  })
  it('goes back to a round: its version predicts, later ones are marked, no label is lost', async () => {
    const before = (await world.act('project', { project })).counts.labelled
    const { version, marked, says } = await world.act('round-rollback', { project, session, round: 2 })
    const [second] = (await show()).rounds.filter((round) => round.round === 2)
    assert.deepEqual([version, marked], [second!.version, 2])
    assert.match(says, /labels are kept/)
    const after = await world.act('project', { project })
    assert.deepEqual([after.champion, after.counts.labelled], [version, before])
    const { rounds, best } = await show()
    assert.deepEqual(
      rounds.map((r) => r.isRolledBack),
      [false, false, true, true],
    )
    assert.ok(best!.round <= 2)
    await assert.rejects(world.act('round-rollback', { project, session, round: 3 }), {
      message: /round 3.*there are 1, 2$/,
    })
  })
  it('is cancelled with its open round, and removed; labels and versions stay', async () => {
    const second = { project, session: 'second' }
    await world.act('session-create', { ...second, budget: 5 })
    await assert.rejects(world.act('session-create', second), { kind: 'already-there' })
    await world.act('session-start', second)
    await ask()
    await assert.rejects(world.act('session-remove', second), { message: /must not run/ })
    const cancelled = await world.act('session-cancel', second)
    assert.deepEqual(
      [cancelled.state, cancelled.why, cancelled.open],
      ['cancelled', 'someone cancelled it', null],
    )
    const { versions } = await world.act('versions', { project })
    await world.act('session-remove', second)
    assert.deepEqual(
      (await world.act('sessions', { project })).sessions.map((s) => s.session),
      [session],
    )
    assert.equal((await world.act('versions', { project })).versions.length, versions.length)
  })
  it('is done with a round that teaches nothing, and says why', async () => {
    await world.act('create', { project: 'one-kind', classes: [...kinds], testShare: 0 })
    await addBirds(world, 'one-kind')
    const of = { project: 'one-kind', session }
    await world.act('session-create', { ...of, budget: 2, validationShare: 0 })
    await world.act('session-start', of)
    const { questions } = await world.act('ask', { project: 'one-kind' })
    const answers = questions.map((q) => ({ image: q.image.id, label: 'wren' }))
    await world.act('answer', { project: 'one-kind', answers })
    const { says, version, opened } = await world.act('session-advance', { project: 'one-kind' })
    assert.deepEqual([version, opened], [null, 2])
    assert.match(says, /round 1 is done: cannot train one-kind: .*at least two classes/)
    const [first] = (await world.act('session', of)).rounds
    assert.deepEqual([first!.state, first!.accuracy, first!.gate], ['done', null, null])
  })
})

describe('a session whose questions run out', () => {
  let world: TestWorld
  let birds: Birds
  const project = 'few'
  const strategyFolder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-own-'))
  before(async () => {
    world = await openWorld({
      configuration: configuration.parse({ encoder: 'builtin', cores: 2, strategyFolder }),
    })
    await world.act('create', { project, classes: [...kinds], validationShare: 0.3 })
    birds = await addBirds(world, project, { each: 12 })
  })
  after(async () => {
    await world.close()
    rmSync(strategyFolder, { recursive: true })
  })
  const start = async (session: string, settings: object) => {
    await world.act('session-create', { project, session, ...settings })
    await world.act('session-start', { project, session })
  }
  const answerAll = async () => {
    const { questions, ...asked } = await world.act('ask', { project, budget: 50 })
    const answers = questions.map(({ image }) => ({ image: image.id, label: birds.kindOf(image.id) }))
    await world.act('answer', { project, answers })
    return { ...asked, questions }
  }
  const ended = async (session: string) => {
    const { state, why } = await world.act('session', { project, session })
    return `${state}: ${why}`
  }

  it('asks by a strategy of one’s own, whose file it names', async () => {
    writeFileSync(
      path.join(strategyFolder, 'fourth.mjs'),
      'export const choose = ({ ids }) => [...ids.keys()].filter((i) => i % 4 === 0)\n',
    )
    await start('own', { own: 'fourth.mjs', budget: 8, rounds: 1, control: 0 })
    const { questions } = await answerAll()
    const reasons = questions.map(({ reason }) => reason)
    assert.ok(reasons.filter((reason) => reason === 'chosen by fourth.mjs').length >= 5, reasons.join('; '))
    await world.act('session-advance', { project })
  })
  it('ends where every image left is surer than asked for', async () => {
    await start('unsure', { minUncertainty: 1, strategy: 'margin' })
    await world.act('session-advance', { project })
    assert.equal(await ended('unsure'), 'completed: nothing is left to ask about that is less sure than 0.00')
  })
  it('asks what is left, and ends once nothing is left to learn from', async () => {
    await start('rest', { budget: 30, rounds: 9, validationShare: 0, stopBelow: 0 })
    const { questions } = await answerAll()
    assert.ok(questions.length > 0 && questions.length < 30)
    await world.act('session-advance', { project })
    assert.equal(await ended('rest'), 'completed: nothing is left to ask about')
  })
})
