// 100,000 images in the grid, scrolled in Chromium: how long does a frame take? The rows go in through the
// store's door and share a few thumbnails, so that only the page is measured, not decoding.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import type { Hash } from '../src/base/index.ts'
import { demoImages } from '../src/images/index.ts'
import { openStore, type NewImage } from '../src/store/index.ts'
import { openBrowser, openPage, serveProgram } from '../test/page/browser.ts'
import { percent, type Bench, type Report } from './bench.ts'

const images = 100_000
const thumbnails = 40
const screenMs = 1000 / 60
const seconds = 6

/** Pixels a frame: reading speed, a hand on the wheel, and a thumb dragged along the bar. */
const speeds = { slow: 12, wheel: 60, fling: 900 }

export const bench: Bench = {
  name: 'scroll',
  says:
    `frames while scrolling ${images} images in the grid; the ratio is 16.7 ms / the median frame of the ` +
    'slowest of three speeds (1: every frame in time on a screen of 60 Hz)',
  async run(report) {
    const data = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-scroll-'))
    await manyImages(data, report)
    const served = await serveProgram({ data })
    const browser = await openBrowser()
    try {
      const { page } = await openPage(browser, `${served.url}#/many/grid`)
      await page.waitForSelector('[role=gridcell] img.here')
      const medians: number[] = []
      for (const [speed, pixels] of Object.entries(speeds)) {
        const frames = (await framesOf(page, pixels)).sort((a, b) => a - b)
        const at = (share: number) => frames[Math.floor(share * (frames.length - 1))]!
        const inTime = frames.filter((ms) => ms < 20).length / frames.length
        medians.push(at(0.5))
        report.row({
          speed: `${speed}, ${Math.round(pixels * 60)} px/s`,
          frames: frames.length,
          'median ms': at(0.5).toFixed(1),
          'p95 ms': at(0.95).toFixed(1),
          'worst ms': frames.at(-1)!.toFixed(1),
          'under 20 ms': percent(inTime),
        })
      }
      report.row({ speed: 'to the last image', 'median ms': (await jumpMs(page)).toFixed(0) })
      return Math.min(1, screenMs / Math.max(...medians))
    } finally {
      await browser.close()
      await served.close()
      rmSync(data, { recursive: true, force: true })
    }
  },
}

/** A project "many" of 100,000 rows. */
export async function manyImages(data: string, report: Report): Promise<void> {
  const store = await openStore(data)
  const demo = await demoImages()
  const shared: Hash[] = []
  for (let i = 0; i < thumbnails; i++) shared.push(await store.blobs.put(await demo.bytes(i)))
  const project = { name: 'many', title: 'Many', encoder: 'builtin', seed: 1, isDemo: false, at: 0 }
  await store.projects.create({ ...project, testShare: 0.1, validationShare: 0.1 })
  await store.classes.ensure('many', demo.classes)
  for (let first = 0; first < images; first += 20_000) {
    const some = Array.from({ length: 20_000 }, (_, i) => imageOf(first + i, shared[i % thumbnails]!))
    await store.images.add('many', some, first + 1)
    report.say(`${first + some.length} of ${images} images are in`)
  }
  await store.close()
}

const imageOf = (i: number, thumbnail: Hash): NewImage => ({
  hash: mixed(i, 0x9e3779b97f4a7c15n).repeat(4) as Hash,
  thumbnail,
  name: `folder/${i}.png`,
  width: 32,
  height: 32,
  sizeBytes: 2500,
  format: 'png',
  group: null,
  fingerprint: mixed(i, 0xd1b54a32d192ed03n),
})

/** 64 well mixed bits, 16 digits: no two images nearly equal one another. */
function mixed(i: number, by: bigint): string {
  let x = BigInt.asUintN(64, BigInt(i + 1) * by)
  x = BigInt.asUintN(64, (x ^ (x >> 33n)) * 0xff51afd7ed558ccdn)
  return (x ^ (x >> 29n)).toString(16).padStart(16, '0')
}

/** Milliseconds between the frames that the page drew while it was scrolled. */
const framesOf = (page: Page, pixels: number): Promise<number[]> =>
  page.evaluate(
    ({ pixels, ms }) =>
      new Promise<number[]>((done) => {
        const sheet = document.querySelector<HTMLElement>('[role=grid]')!
        const frames: number[] = []
        let last = performance.now()
        const end = last + ms
        const draw = (now: number) => {
          frames.push(now - last)
          last = now
          sheet.scrollTop += pixels
          if (now < end) requestAnimationFrame(draw)
          else done(frames.slice(5))
        }
        requestAnimationFrame(draw)
      }),
    { pixels, ms: seconds * 1000 },
  )

/** From a jump to the very end until its pictures are drawn: all pages before must be read by key. */
const jumpMs = (page: Page): Promise<number> =>
  page.evaluate(
    (last) =>
      new Promise<number>((done) => {
        const sheet = document.querySelector<HTMLElement>('[role=grid]')!
        const from = performance.now()
        sheet.scrollTop = sheet.scrollHeight
        const look = () => {
          const img = document.querySelector(`#tile-${last} img.here`)
          if (img || performance.now() - from > 60_000) done(performance.now() - from)
          else requestAnimationFrame(look)
        }
        look()
      }),
    images - 1,
  )
