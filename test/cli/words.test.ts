// From words to values and back: what a flag means, and how an output is shown.
import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { z } from 'zod'
import type { Job, JobId } from '../../src/base/index.ts'
import { drawn, openBar } from '../../src/cli/bar.ts'
import { valueFor } from '../../src/cli/coerce.ts'
import { fieldsOf } from '../../src/cli/fields.ts'
import { render } from '../../src/cli/print.ts'

const schema = z.object({
  project: z.string().describe('where'),
  budget: z.int().min(1).default(10).describe('how many'),
  strategy: z.enum(['margin', 'random']).optional(),
  isForced: z.boolean().default(false),
  classNames: z.array(z.string()).default([]),
  answers: z.array(z.object({ image: z.int(), label: z.string().nullable() })),
  epochs: z.int().optional().nullable(),
  rename: z.object({ from: z.string(), to: z.string() }).optional(),
})
const fields = new Map(fieldsOf(schema).map((field) => [field.key, field]))
const read = (key: string, given: unknown) => valueFor(fields.get(key)!, given)

describe('a schema as flags', () => {
  it('has names in kebab-case, words and what must be given', () => {
    assert.equal(fields.get('classNames')!.flag, 'class-names')
    assert.equal(fields.get('budget')!.says, 'how many')
    assert.equal(fields.get('budget')!.default, 10)
    assert.deepEqual(
      [...fields.values()].filter((field) => field.isRequired).map((field) => field.key),
      ['project', 'answers'],
    )
    assert.deepEqual(fields.get('strategy')!.kind, { is: 'choice', choices: ['margin', 'random'] })
  })

  it('reads numbers, and leaves what is none for the schema to refuse', () => {
    assert.equal(read('budget', '12'), 12)
    assert.equal(read('budget', 'many'), 'many')
    assert.equal(read('project', '12'), '12')
  })

  it('reads null where the schema has one, and leaves the word elsewhere', () => {
    assert.equal(read('epochs', 'null'), null)
    assert.equal(read('epochs', '3'), 3)
    assert.equal(read('budget', 'null'), 'null')
    assert.equal(read('project', 'null'), 'null')
  })

  it('reads lists by comma and by repetition', () => {
    assert.deepEqual(read('classNames', ['wren,robin', 'crow']), ['wren', 'robin', 'crow'])
  })

  it('reads pairs by their sign, and anything larger as JSON', () => {
    assert.deepEqual(read('answers', ['12=wren', '13=a=b', '14=']), [
      { image: 12, label: 'wren' },
      { image: 13, label: 'a=b' },
      { image: 14, label: null },
    ])
    assert.deepEqual(read('answers', ['{"image":1,"label":"a, b"}']), [{ image: 1, label: 'a, b' }])
    assert.deepEqual(read('rename', 'wren=robin'), { from: 'wren', to: 'robin' })
    assert.deepEqual(read('answers', ['{broken']), ['{broken'])
    assert.deepEqual(read('rename', 'to=robin, from=wren'), { from: 'wren', to: 'robin' })
  })
})

describe('an output on a screen', () => {
  const birds = {
    nearDuplicates: 3,
    isDone: true,
    addedAt: 1_795_248_280_799,
    sizeBytes: 2_500_000,
    accuracy: 0.336_597_9,
    latest: null,
    classes: [
      { name: 'wren', labelled: 12 },
      { name: 'robin', labelled: 7 },
    ],
    bySplit: { train: { images: 9 }, test: { images: 1 } },
  }

  it('has a line for each value and a table for many', () => {
    assert.deepEqual(render(birds, 80).split('\n'), [
      'near duplicates  3',
      'is done          yes',
      'added at         2026-11-21 08:04:40',
      'size bytes       2.5 MB',
      'accuracy         0.3366',
      'latest           –',
      '',
      'classes',
      '  name   labelled',
      '  wren         12',
      '  robin         7',
      '',
      'by split',
      '         images',
      '  train       9',
      '  test        1',
    ])
  })

  it('shrinks its widest column to the screen', () => {
    const rows = [{ id: 1, says: 'a long sentence '.repeat(20).trim(), name: 'wren' }]
    const lines = render({ rows }, 60).split('\n')
    assert.ok(lines.every((line) => line.length <= 60))
    assert.match(lines.at(-1)!, /…\s+wren$/)
    assert.match(render({ rows }, Infinity), /sentence {2}wren$/)
  })

  it('puts what has no room beside the first columns below them, each part with the first column', () => {
    const names = [...Array(12).keys()].map((i) => `column${i}`)
    const row = (round: number) => ({
      round,
      ...Object.fromEntries(names.map((name) => [name, 'a few words'])),
    })
    const lines = render({ rounds: [row(1), row(2)] }, 60).split('\n')
    assert.ok(lines.every((line) => line.length <= 60))
    const heads = lines.filter((line) => line.includes('column'))
    assert.ok(heads.length >= 2 && heads.every((line) => line.startsWith('  round  column')))
    for (const name of names) assert.equal(heads.filter((line) => line.split(/\s+/).includes(name)).length, 1)
    assert.equal(lines.filter((line) => /^ +2  a few words/.test(line)).length, heads.length)
  })

  it('has a line for each row of a matrix', () => {
    const confusion = {
      classes: ['wren', 'robin'],
      counts: [
        [12, 0],
        [3, 7],
      ],
    }
    assert.deepEqual(render({ confusion }, 80).split('\n'), [
      '  classes  wren, robin',
      '',
      '  counts',
      '    12   0',
      '     3   7',
    ])
  })

  it('says when there is nothing', () => {
    assert.equal(render(null, 80), 'nothing to do')
    assert.equal(render({ jobs: [] }, 80), 'jobs  none')
  })
})

describe('progress', () => {
  const job = (done: number, sentence: string): Job => ({
    id: 1 as JobId,
    key: 'k',
    project: 'birds',
    step: 'embed',
    input: {},
    state: 'running',
    progress: { done, total: 10, sentence },
    attempts: 1,
    output: null,
    error: null,
    createdAt: 0,
    startedAt: 0,
    finishedAt: null,
  })

  it('is a bar that redraws itself on a terminal', () => {
    let text = ''
    const bar = openBar({ write: (t) => (text += t), isTTY: true, columns: 80 })
    bar.show(job(5, '5 of 10'))
    bar.clear()
    const clear = '\r\u001B[2K'
    assert.equal(text, `${clear}embed    ${'█'.repeat(12)}${'░'.repeat(12)}  50% 5 of 10${clear}`)
  })

  it('is a line in a log when more than a number changed', () => {
    let text = ''
    const bar = openBar({ write: (t) => (text += t) })
    for (const [done, sentence] of [
      [1, '1 of 10'],
      [2, '2 of 10'],
      [3, 'done'],
    ] as const) {
      bar.show(job(done, sentence))
    }
    assert.equal(text, 'embed: 1 of 10\nembed: done\n')
  })

  test('without a total it is dots', () => {
    assert.equal(drawn({ done: 3, total: null, sentence: '' }), '·'.repeat(24))
  })
})
