// 100,000 points on the map, pushed, zoomed and chosen in Chromium: how long does a frame take? The rows are
// those of the benchmark scroll; their embeddings are clouds around 40 directions.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import type { ClassId, ImageId } from '../src/base/index.ts'
import { openBowerbird } from '../src/index.ts'
import { matrix, randomFrom, rowOf, type Random } from '../src/math/index.ts'
import { openStore } from '../src/store/index.ts'
import { openBrowser, openPage, serveProgram } from '../test/page/browser.ts'
import { percent, type Bench, type Report } from './bench.ts'
import { manyImages } from './scroll.ts'

const width = 512
const kinds = 40
const shardRows = 16_384
const labelledShare = 0.2
const screenMs = 1000 / 60
const seconds = 5

export const bench: Bench = {
  name: 'map',
  says:
    'drawing the map of 100,000 × 512 embeddings, then frames while it is pushed and zoomed; the ratio is ' +
    '16.7 ms / the median frame of the slowest (1: every frame in time on a screen of 60 Hz)',
  async run(report) {
    const data = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-map-'))
    try {
      await manyImages(data, report)
      await embed(data)
      await draw(data, report)
      return await look(data, report)
    } finally {
      rmSync(data, { recursive: true, force: true })
    }
  },
}

/** Made rows and some labels; images of one kind lie in one direction. */
async function embed(data: string): Promise<void> {
  const store = await openStore(data)
  const random = randomFrom(1)
  const ids = [...(await store.images.ids('many', {}))] as ImageId[]
  const directions = Array.from({ length: kinds }, () => cloud(random, new Float32Array(width), 1))
  for (let first = 0; first < ids.length; first += shardRows) {
    const some = ids.slice(first, first + shardRows)
    const rows = matrix(some.length, width)
    some.forEach((id, i) => rowOf(rows, i).set(cloud(random, directions[id % kinds]!, 0.7)))
    await store.embeddings.addShard('many', 'builtin', { ids: some, rows })
  }
  const classes = await store.classes.list('many')
  const labels = ids
    .filter((id) => (id % kinds) / kinds < 2 * labelledShare && id % 2 === 0)
    .map((image) => ({ image, class: classes[image % classes.length]!.id as ClassId, by: 'me', at: 0 }))
  const given = labels.map((label) => ({ ...label, origin: 'import' as const, seconds: null }))
  await store.labels.add('many', given, 'made')
  await store.close()
}

function cloud(random: Random, around: Float32Array, spread: number): Float32Array {
  const row = around.map((x) => x + (spread * random.normal()) / Math.sqrt(width))
  const length = Math.hypot(...row)
  return row.map((x) => x / length)
}

async function draw(data: string, report: Report): Promise<void> {
  const bowerbird = await openBowerbird({ data })
  const from = performance.now()
  await bowerbird.map({ project: 'many' })
  report.row({ what: 'drawing the map', seconds: ((performance.now() - from) / 1000).toFixed(1) })
  await bowerbird.close()
}

async function look(data: string, report: Report): Promise<number> {
  const served = await serveProgram({ data })
  const browser = await openBrowser()
  try {
    const { page } = await openPage(browser, `${served.url}#/many/map`)
    await page.waitForSelector('.plane canvas')
    await page.waitForTimeout(1000)
    const medians: number[] = []
    for (const what of ['pushed', 'zoomed'] as const) {
      const frames = (await framesOf(page, what)).sort((a, b) => a - b)
      const at = (share: number) => frames[Math.floor(share * (frames.length - 1))]!
      const inTime = frames.filter((ms) => ms < 20).length / frames.length
      medians.push(at(0.5))
      report.row({
        what,
        frames: frames.length,
        'median ms': at(0.5).toFixed(1),
        'p95 ms': at(0.95).toFixed(1),
        'worst ms': frames.at(-1)!.toFixed(1),
        'under 20 ms': percent(inTime),
      })
    }
    report.row({ what: 'a stroke around half of it', 'median ms': (await strokeMs(page)).toFixed(0) })
    return Math.min(1, screenMs / Math.max(...medians))
  } finally {
    await browser.close()
    await served.close()
  }
}

/** Milliseconds between the frames while the hand pushes to and fro, or the wheel turns. */
const framesOf = (page: Page, what: 'pushed' | 'zoomed'): Promise<number[]> =>
  page.evaluate(
    ({ what, ms }) =>
      new Promise<number[]>((done) => {
        const plane = document.querySelector<HTMLElement>('.plane')!
        const box = plane.getBoundingClientRect()
        const frames: number[] = []
        const first = performance.now()
        let last = first
        const turn = (now: number) => {
          frames.push(now - last)
          last = now
          const wave = Math.sin((now - first) / 400)
          const at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 }
          const key = wave > 0 ? 'ArrowLeft' : 'ArrowRight'
          const event =
            what === 'zoomed'
              ? new WheelEvent('wheel', { ...at, deltaY: -30 * wave, cancelable: true })
              : new KeyboardEvent('keydown', { key, cancelable: true })
          plane.dispatchEvent(event)
          if (now - first < ms) requestAnimationFrame(turn)
          else done(frames.slice(5))
        }
        requestAnimationFrame(turn)
      }),
    { what, ms: seconds * 1000 },
  )

/** From the end of the stroke until what it chose is drawn. */
async function strokeMs(page: Page): Promise<number> {
  const box = (await page.locator('.plane').boundingBox())!
  const at = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const
  await page.keyboard.press('f')
  await page.mouse.move(...at(0.3, 0.02))
  await page.mouse.down()
  for (const [x, y] of [
    [0.97, 0.02],
    [0.97, 0.5],
    [0.03, 0.5],
  ] as const)
    await page.mouse.move(...at(x, y), { steps: 10 })
  const chosen = page.getByTestId('chosen').waitFor()
  const from = performance.now()
  await page.mouse.up()
  await chosen
  return performance.now() - from
}
