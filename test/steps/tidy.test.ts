import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { it } from 'node:test'
import { png } from '../fixtures/pictures.ts'
import { openWorld } from '../fixtures/world.ts'

it('frees the pictures of a project that was removed, and says how many bytes that were', async () => {
  const world = await openWorld({ now: () => Date.now() })
  const from = path.join(world.folder, 'pictures')
  mkdirSync(from)
  const bytes = await png({ width: 600, height: 400 })
  writeFileSync(path.join(from, '1.png'), bytes)
  await world.act('add', { project: 'birds', from })
  const before = await world.act('tidy', { minutes: 0 })
  assert.deepEqual(before, { blobs: 0, bytes: 0, packs: 0, shards: 0 })
  await world.act('remove', { project: 'birds' })
  const freed = await world.act('tidy', { minutes: 0 })
  assert.deepEqual([freed.blobs, freed.bytes > bytes.length], [2, true])
  await world.close()
})
