// The whole loop from a shell: each command is a process of its own, and only the data folder is between them.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, it } from 'node:test'
import { classFolders, drop, run, tempFolder } from './program.ts'

type Asked = { questions: { image: { id: number; name: string }; reason: string }[] }
const folder = tempFolder()
const data = path.join(folder, 'data')
const pictures = path.join(folder, 'pictures')
const classes = ['frog', 'ship', 'truck']

before(() => classFolders(pictures, classes, 12))
after(() => drop(folder))

async function json<T>(...args: string[]): Promise<T> {
  const { code, out, err } = await run(...args, '--data', data, '--json')
  assert.equal(code, 0, err)
  return JSON.parse(out) as T
}

it('a folder of images becomes a published version that predicts, by command alone', async (t) => {
  await json('create', 'things', '--classes', 'frog,ship', '--classes', 'truck', '--encoder', 'builtin')
  const added = await json<{ added: number; found: number }>('add', 'things', pictures)
  assert.deepEqual([added.found, added.added], [36, 36])
  assert.equal((await json<{ embedded: number }>('project', 'things')).embedded, 36, 'adding embeds')

  const { questions } = await json<Asked>('ask', 'things', '--budget', '12', '--strategy', 'random')
  const answers = questions.map(({ image }) => `${image.id}=${image.name.split('/').at(-2)}`)
  const answered = await json<{ labelled: number }>('answer', 'things', ...answers)
  assert.equal(answered.labelled, 12)

  const trained = await json<{ version: number; trainedOn: number }>('train', 'things')
  assert.equal(trained.trainedOn, 12)
  const report = await json<{ on: string; accuracy: { value: number } }>('evaluate', 'things')
  t.diagnostic(`accuracy ${report.accuracy.value} on ${report.on}`)
  assert.deepEqual(await json('publish', 'things'), { version: trained.version, previous: null })

  const image = path.join(pictures, 'ship', readdirSync(path.join(pictures, 'ship'))[0]!)
  const predicted = await json<{ predictions: { class: string; confidence: number }[] }>('predict', image)
  assert.ok(classes.includes(predicted.predictions[0]!.class))

  const to = path.join(folder, 'export')
  const written = await json<{ images: number }>('export', 'things', '--format', 'csv', '--to', to)
  assert.equal(written.images, 12)

  const copy = path.join(folder, 'copy')
  await json('backup', copy)
  const restored = path.join(folder, 'restored')
  assert.equal((await run('restore', copy, '--data', restored)).code, 0)
  const { out } = await run('project', 'things', '--data', restored, '--json')
  assert.deepEqual(JSON.parse(out), await json('project', 'things'))
})
