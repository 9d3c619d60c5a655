import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { annotate } from '../../src/index.ts'
import { drop, startProgram, tempFolder } from './program.ts'

describe('annotate without a project, as a person at a shell has it', () => {
  let cwd: string
  before(() => void (cwd = tempFolder()))
  after(() => drop(cwd))
  const run = (...args: readonly string[]) => startProgram(args, { cwd }).ended

  it('shows everything, and leaves the results alone behind', async () => {
    const { code, out, err } = await run('annotate', '--demo', '--output', 'shown')
    assert.equal(code, 0, err)
    assert.match(out, /1,000 images were labelled from 10 class names/)
    assert.match(err, /annotate: sorting/)
    assert.deepEqual(readdirSync(cwd), ['shown'])
  })
  it('draws the plots anew', async () => {
    const { code, err } = await run('plot', 'shown')
    assert.equal(code, 0, err)
    assert.deepEqual(readdirSync(cwd), ['shown'])
  })
  it('says what is wrong in one sentence, and leaves nothing', async () => {
    const { code, err } = await run('annotate', '--embeddings', 'e.npy', '--output', 'results')
    assert.equal(code, 2)
    assert.match(err, /\nbowerbird: cannot annotate: e\.npy cannot be opened/)
    assert.deepEqual(readdirSync(cwd), ['shown'])
  })
  it('tells of a flag without its value, instead of taking the next flag for one', async () => {
    const { code, err } = await run('annotate', '--demo', '--classes', '--output', 'results')
    assert.equal(code, 2)
    assert.match(err, /--classes must be followed by a value, and --output follows/)
  })
  it('is a function, too', async () => {
    const told: string[] = []
    const output = path.join(cwd, 'shown-again')
    const progress = ({ sentence }: { readonly sentence: string }) => void told.push(sentence)
    const { images, pictures, to } = await annotate({ demo: true, output }, { progress })
    assert.deepEqual([images, pictures, to], [1000, 1000, output])
    assert.ok(told.includes('writing the reports'))
    assert.deepEqual(readdirSync(cwd).sort(), ['shown', 'shown-again'])
    drop(output)
    await assert.rejects(annotate({ project: 'birds' }), /cannot annotate without a data folder/)
  })
  it('ends at Ctrl-C, and leaves nothing', { skip: process.platform === 'win32' }, async () => {
    const running = startProgram(['annotate', '--demo', '--output', path.join(cwd, 'stopped')], { cwd })
    while (!running.text().includes('sorting')) await new Promise((done) => setTimeout(done, 5))
    running.child.kill('SIGINT')
    const { code, err } = await running.ended
    assert.equal(code, 130, err)
    assert.deepEqual(readdirSync(cwd), ['shown'])
  })
})
