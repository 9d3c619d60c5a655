import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { figures, themes } from '../../src/figures/index.ts'
import { drawn } from '../../src/images/index.ts'

test('a figure is drawn twice as dense, on white, in its colours', async () => {
  const data = [{ name: 'wren', count: 3 }]
  const svg = figures.distribution.draw(data, { width: 300 }, themes.light)
  const png = await drawn(svg)
  const { data: pixels, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  assert.deepEqual([info.width, info.height], [600, 44])
  const at = (x: number, y: number) => [...pixels.subarray((y * 600 + x) * 3, (y * 600 + x) * 3 + 3)]
  assert.deepEqual(at(0, 0), [255, 255, 255])
  const [red, green, blue] = at(200, 22) // inside the bar: #1f63c4
  assert.ok(Math.abs(red! - 0x1f) < 6 && Math.abs(green! - 0x63) < 6 && Math.abs(blue! - 0xc4) < 6)
})
