// How much memory adding takes at its peak, decoders included, against the 1 GB it may take.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { openImages } from '../src/images/index.ts'
import { randomFrom } from '../src/math/index.ts'
import { configuration, perform, steps, type World } from '../src/steps/index.ts'
import { openStore } from '../src/store/index.ts'
import type { Bench } from './bench.ts'

const count = Number(process.env['BOWERBIRD_BENCH_IMAGES'] ?? 100_000)
const bytesMax = 1_000_000_000
const cores = os.availableParallelism()

export const bench: Bench = {
  name: 'add-memory',
  says: `the memory that adding ${count} images takes, against 1 GB`,
  async run(report) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-bench-memory-'))
    try {
      await draw(folder)
      report.say('drawn')
      const from = performance.now()
      const { peak, added } = await addWatched(folder)
      report.row({
        images: added,
        'images/s': Math.round(added / ((performance.now() - from) / 1000)),
        'peak MB, decoders included': Math.round(peak / 1e6),
      })
      return bytesMax / peak
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
}

/** Small pictures, no two alike, in folders of 1,000. */
async function draw(folder: string): Promise<void> {
  for (let i = 0; i < count; i++) {
    const to = path.join(folder, 'images', String(Math.floor(i / 1000)))
    if (i % 1000 === 0) mkdirSync(to, { recursive: true })
    const random = randomFrom(i)
    const pixels = Uint8Array.from({ length: 16 * 16 * 3 }, () => random.below(256))
    const drawn = sharp(pixels, { raw: { width: 16, height: 16, channels: 3 } })
    writeFileSync(path.join(to, `${i}.png`), await drawn.png({ compressionLevel: 1 }).toBuffer())
  }
}

async function addWatched(folder: string): Promise<{ peak: number; added: number }> {
  const store = await openStore(path.join(folder, 'data'))
  const images = openImages({ pixelsMax: 50_000_000, bytesMax: 100_000_000, children: cores })
  let peak = 0
  const world: Omit<World, 'runtime'> = {
    store,
    images,
    configuration: configuration.parse({}),
    now: () => Date.now(),
    signal: new AbortController().signal,
    // Each 32 images; a look at all processes takes 20 ms, so only each 1,024.
    progress: ({ done }) => {
      if (done % 1024 === 0) peak = Math.max(peak, residentBytes())
    },
    log: () => {},
  }
  const add = steps.find(({ name }) => name === 'add')!
  const given = { project: 'bench', from: path.join(folder, 'images') }
  const { added } = (await perform(add, given, world as World)) as { added: number }
  peak = Math.max(peak, residentBytes())
  await images.close()
  await store.close()
  return { peak, added }
}

/** Of this process and its children. */
function residentBytes(): number {
  const kilobytes = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([pid, parent]) => pid === process.pid || parent === process.pid)
    .reduce((sum, [, , rss]) => sum + rss!, 0)
  return kilobytes * 1024
}
