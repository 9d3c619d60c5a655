// The whole `add` step, real store and all, against sharp alone at the same orientation and thumbnail.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { type Images, openImages } from '../src/images/index.ts'
import { randomFrom } from '../src/math/index.ts'
import { add } from '../src/steps/add.ts'
import { configuration, perform, type World } from '../src/steps/index.ts'
import { openStore } from '../src/store/index.ts'
import { type Bench, interleaved } from './bench.ts'
import { folderOf } from './data.ts'

const caltech = path.join(import.meta.dirname, '../../shared/data/caltech101.tar')
const cores = os.availableParallelism()
const rounds = 3

export const bench: Bench = {
  name: 'add',
  says: `adding images: the whole step against sharp alone, on ${cores} cores`,
  async run(report) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-bench-add-'))
    const images = openImages({ pixelsMax: 50_000_000, bytesMax: 100_000_000, children: cores })
    try {
      const sets = { photographs: await photographs(), caltech: caltechImages(folder) }
      const ratios: number[] = []
      for (const [name, from] of Object.entries(sets).filter(([, from]) => from !== undefined)) {
        const files = imagesBelow(from!)
        report.say(`${name}: ${files.length} images, ${rounds} rounds`)
        const seconds = await interleaved(rounds, {
          sharp: () => sharpAlone(files),
          ours: () => addAll(from!, images, { folder, count: files.length }),
        })
        const ratio = seconds['sharp']! / seconds['ours']!
        ratios.push(ratio)
        report.row({
          images: `${files.length} ${name}`,
          'sharp alone, images/s': Math.round(files.length / seconds['sharp']!),
          'add, images/s': Math.round(files.length / seconds['ours']!),
          ratio: ratio.toFixed(3),
        })
      }
      // The promise is about photographs. Small pictures wait for the disk: two flushed files for each.
      return ratios[0]!
    } finally {
      await images.close()
      rmSync(folder, { recursive: true })
    }
  },
}

/** Each core decodes one image at a time, from the path: the most that sharp gives on its own. */
async function sharpAlone(files: readonly string[]): Promise<void> {
  sharp.concurrency(1)
  sharp.cache(false)
  const waiting = files.values()
  const work = async () => {
    for (const file of waiting) {
      await sharp(file)
        .autoOrient()
        .resize(256, 256, { fit: 'inside', withoutEnlargement: true })
        .jpeg({ quality: 80 })
        .toBuffer()
    }
  }
  await Promise.all(Array.from({ length: 2 * cores }, work))
}

/** Into a new project of a new store on disk; decoders live as long as the worker that adds. */
async function addAll(from: string, images: Images, { folder, count }: { folder: string; count: number }) {
  const data = mkdtempSync(path.join(folder, 'data-'))
  const store = await openStore(data)
  const world: Omit<World, 'runtime'> = {
    store,
    images,
    configuration: configuration.parse({}),
    now: () => Date.now(),
    signal: new AbortController().signal,
    progress: () => {},
    log: () => {},
  }
  const { added, alreadyThere } = await perform(add, { project: 'bench', from }, world as World)
  await store.close()
  rmSync(data, { recursive: true })
  if (added + alreadyThere !== count) throw new Error(`added ${added} of ${count} images`)
}

const drawings = 100
const qualities = [80, 82, 84, 86, 88, 90] // 600 photographs: starting two decoders must not decide
const orientations = [1, 6, 3, 8] // as a phone is held

/** JPEGs of 1.9 megapixels with the detail of a photograph: soft shapes and the grain of a sensor. Kept. */
async function photographs(): Promise<string> {
  const to = folderOf('photographs-600')
  for (let i = Math.floor(readdirSync(to).length / qualities.length); i < drawings; i++) {
    const random = randomFrom(i)
    const soft = Buffer.from(Array.from({ length: 24 * 18 * 3 }, () => random.below(256)))
    const grain = Buffer.from(Array.from({ length: 800 * 600 }, () => 128 + 14 * random.normal()))
    const noise = sharp(grain, { raw: { width: 800, height: 600, channels: 1 } }).resize(1600, 1200)
    const shapes = sharp(soft, { raw: { width: 24, height: 18, channels: 3 } }).resize(1600, 1200)
    const drawn = await shapes
      .composite([{ input: await noise.png({ compressionLevel: 1 }).toBuffer(), blend: 'soft-light' }])
      .raw()
      .toBuffer({ resolveWithObject: true })
    for (const quality of qualities) {
      await sharp(drawn.data, { raw: drawn.info })
        .withMetadata({ orientation: orientations[i % 4]! })
        .jpeg({ quality })
        .toFile(path.join(to, `${String(i).padStart(3, '0')}-${quality}.jpg`))
    }
  }
  return to
}

const caltechShare = 10 // each tenth: 915 images of 300 × 200, where all but decoding weighs most

function caltechImages(folder: string): string | undefined {
  if (!existsSync(caltech)) return undefined
  execFileSync('tar', ['xf', caltech, '-C', folder])
  const small = path.join(folder, 'small')
  mkdirSync(small)
  const all = imagesBelow(path.join(folder, 'caltech101', '101_ObjectCategories')).sort()
  for (const [i, file] of all.entries()) {
    if (i % caltechShare === 0) renameSync(file, path.join(small, `${i}.jpg`))
  }
  return small
}

const imagesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.jpg'))
    .map((entry) => path.join(entry.parentPath, entry.name))
