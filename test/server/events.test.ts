import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import type { Job, JobId } from '../../src/base/index.ts'
import { serve } from '../../src/server/index.ts'
import { addImages, listen, openRig, until, type Heard } from './rig.ts'

const rig = await openRig()
const { store } = rig.bower.house
await rig.bower.create({ project: 'birds', classes: ['wren', 'crow'] })
await rig.bower.create({ project: 'cats', classes: ['tom'] })
const ids = await addImages(rig, 'birds', 3)
let count = 0
/** Waits for a worker that the tests play themselves. */
const enqueue = (project: string): Promise<Job> =>
  store.jobs.enqueue({ key: `played ${++count}`, project, step: 'embed', input: { project }, at: 1 })
const label = (image: number, name: string) =>
  rig.bower.answer({ project: 'birds', answers: [{ image, label: name }] })
const ofKind = (heard: readonly Heard[], event: string) => heard.filter((one) => one.event === event)

describe('one stream tells of everything', () => {
  it('begins with the state as it is, of each project and job', async () => {
    const job = await enqueue('birds')
    const line = await listen(`${rig.server.url}/v1/events`)
    await until('the state', () => ofKind(line.heard, 'job').length > 0)
    line.close()
    const projects = ofKind(line.heard, 'project').map((one) => one.data.project)
    assert.deepEqual(projects.sort(), ['birds', 'cats'])
    assert.equal(ofKind(line.heard, 'job').at(-1)?.data.id, job.id)
  })
  it('tells a label that was given within a second, with position and counts', async () => {
    const line = await listen(`${rig.server.url}/v1/events?project=birds`)
    await until('the state', () => line.heard.length > 0)
    const from = performance.now()
    const { position } = await label(ids[0]!, 'wren')
    await until('the label', () => line.heard.some((one) => one.data.position === position))
    const tookMs = performance.now() - from
    line.close()
    assert.ok(tookMs < 1_000, `${tookMs} ms`)
    const { counts, classes } = line.heard.find((one) => one.data.position === position)!.data
    assert.equal(counts.labelled, 1)
    assert.deepEqual(classes[0], { name: 'wren', labelled: 1 })
  })
  it('of one project leaves the others out', async () => {
    await enqueue('cats')
    const line = await listen(`${rig.server.url}/v1/events?project=birds`)
    await until('the state', () => line.heard.length > 0)
    line.close()
    assert.ok(line.heard.every((one) => (one.data.project ?? 'birds') === 'birds'))
  })
  it('tells when a project is removed', async () => {
    await rig.bower.create({ project: 'gone' })
    const line = await listen(`${rig.server.url}/v1/events`)
    await until('the state', () => line.heard.some((one) => one.data.project === 'gone'))
    await rig.bower.remove({ project: 'gone' })
    await until('the end of it', () => ofKind(line.heard, 'removed').length > 0)
    line.close()
    assert.deepEqual(ofKind(line.heard, 'removed')[0]?.data, { project: 'gone' })
  })
})

describe('after a cut', () => {
  const url = `${rig.server.url}/v1/events?project=birds`
  const lastIdOf = (heard: readonly Heard[]) => heard.findLast((one) => one.id !== undefined)?.id ?? ''

  it('who missed nothing is told nothing twice', async () => {
    const first = await listen(url)
    await until('the state', () => first.heard.length > 0)
    first.close()
    const again = await listen(url, { 'last-event-id': lastIdOf(first.heard) })
    await label(ids[1]!, 'crow')
    await until('the news', () => ofKind(again.heard, 'project').length > 0)
    again.close()
    const told = new Set(first.heard.map((one) => JSON.stringify(one.data)))
    assert.ok(again.heard.every((one) => !told.has(JSON.stringify(one.data))))
    assert.equal(ofKind(again.heard, 'project')[0]?.data.counts.labelled, 2)
  })
  it('who missed something is told the whole state', async () => {
    const first = await listen(url)
    await until('the state', () => first.heard.length > 0)
    first.close()
    const job = await enqueue('birds')
    const again = await listen(url, { 'last-event-id': lastIdOf(first.heard) })
    await until('the job that began meanwhile', () => again.heard.some((one) => one.data.id === job.id))
    again.close()
  })
})

describe('the events of a job', () => {
  it('tell each state once and end with the last', async () => {
    const job = await enqueue('birds')
    const line = await listen(`${rig.server.url}/v1/jobs/${job.id}/events`)
    await until('the first state', () => line.heard.length > 0)
    await store.jobs.cancel(job.id, 2)
    await line.ended
    const states = line.heard.map((one) => one.data.state)
    assert.deepEqual(states, ['queued', 'cancelled'])
    const again = await listen(`${rig.server.url}/v1/jobs/${job.id}/events`, {
      'last-event-id': line.heard.at(-1)!.id!,
    })
    assert.equal(again.status, 204, 'a browser that heard the end stops asking')
    again.close()
  })
  it('begin where a cut left them', async () => {
    const job = await enqueue('birds')
    const first = await listen(`${rig.server.url}/v1/jobs/${job.id}/events`)
    await until('the first state', () => first.heard.length > 0)
    first.close()
    const again = await listen(`${rig.server.url}/v1/jobs/${job.id}/events`, {
      'last-event-id': first.heard[0]!.id!,
    })
    await store.jobs.cancel(job.id as JobId, 3)
    await again.ended
    assert.deepEqual(
      again.heard.map((one) => one.data.state),
      ['cancelled'],
    )
  })
})

test('closing ends within a second, with streams open and a caller that never finishes', async () => {
  const server = await serve(rig.bower.house, { host: '127.0.0.1', port: 0, token: '' })
  const lines = await Promise.all([1, 2, 3].map(() => listen(`${server.url}/v1/events`)))
  await until('the state', () => lines.every((line) => line.heard.length > 0))
  const from = performance.now()
  await server.close()
  assert.ok(performance.now() - from < 1_000, `${performance.now() - from} ms`)
  await Promise.all(lines.map((line) => line.ended))
})

test('nobody listening, nothing is read', async () => {
  let reads = 0
  const projects = { ...store.projects, list: () => (reads++, store.projects.list()) }
  const house = { ...rig.bower.house, store: { ...store, projects } }
  const server = await serve(house, { host: '127.0.0.1', port: 0, token: '' })
  const lines = await Promise.all([1, 2, 3, 4].map(() => listen(`${server.url}/v1/events`)))
  await until('the state', () => lines.every((line) => line.heard.length > 0))
  for (const line of lines) line.close()
  await Promise.all(lines.map((line) => line.ended))
  await new Promise((done) => setTimeout(done, 300))
  const before = reads
  await new Promise((done) => setTimeout(done, 600))
  await server.close()
  assert.equal(reads, before)
})
