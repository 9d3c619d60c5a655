// The README's code, run as it stands on a small folder of images.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { classFolders, drop, tempFolder } from './cli/program.ts'

const example = path.join(import.meta.dirname, '../examples/loop.ts')

test('examples/loop.ts walks from a folder of images to a prediction, in at most 40 lines', async (t) => {
  const folder = tempFolder()
  t.after(() => drop(folder))
  const pictures = path.join(folder, 'pictures')
  await classFolders(pictures, ['frog', 'ship', 'truck'], 16)
  const args = ['--no-warnings', example, pictures, path.join(folder, 'data')]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  assert.match(stdout, /48 images were added, 0 skipped/)
  assert.match(stdout, /version 3 learnt from 30 labels/)
  assert.match(stdout, /version 3 says/)
  assert.ok(readFileSync(example, 'utf8').trimEnd().split('\n').length <= 40)
})

test('examples/annotate.ts labels a folder by itself, in at most 40 lines', async (t) => {
  const itself = path.join(import.meta.dirname, '../examples/annotate.ts')
  const folder = tempFolder()
  t.after(() => drop(folder))
  const pictures = path.join(folder, 'pictures')
  await classFolders(pictures, ['frog', 'ship'], 12)
  const results = path.join(folder, 'results')
  const args = ['--no-warnings', itself, pictures, path.join(folder, 'data'), results]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  assert.match(stdout, /24 images were labelled from 4 labelled images, \d\.\d\d sure/)
  assert.match(stdout, /24 pictures lie in class folders/)
  assert.match(readFileSync(path.join(results, 'report.html'), 'utf8'), /data:image\/(png|jpeg);base64/)
  assert.ok(readFileSync(itself, 'utf8').trimEnd().split('\n').length <= 40)
})
