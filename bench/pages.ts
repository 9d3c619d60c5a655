// A project of 1,000,000 images: how quickly do its first, its ten-thousandth and its filtered pages come?
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Hash } from '../src/base/index.ts'
import { openStore, type NewImage, type PageRequest, type Store } from '../src/store/index.ts'
import type { Bench, Report } from './bench.ts'

const images = Number(process.env['BOWERBIRD_BENCH_IMAGES'] ?? 1_000_000)
const pageSize = 100
const promisedMs = 100
const rounds = 20

export const bench: Bench = {
  name: 'pages',
  says: `pages of ${pageSize} out of ${images} images; the ratio is ${promisedMs} ms / the slowest page`,
  async run(report) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-pages-'))
    const store = await openStore(folder)
    try {
      await fill(store, report)
      return promisedMs / (await slowest(store, report))
    } finally {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

async function fill(store: Store, report: Report): Promise<void> {
  const project = { name: 'many', title: 'Many', encoder: 'builtin', seed: 1, isDemo: false, at: 0 }
  await store.projects.create({ ...project, testShare: 0.1, validationShare: 0.1 })
  const start = performance.now()
  for (let first = 0; first < images; first += 50_000) {
    const some = Array.from({ length: Math.min(50_000, images - first) }, (_, i) => imageOf(first + i))
    await store.images.add('many', some, first)
    report.say(`${first + some.length} of ${images} images are in`)
  }
  const seconds = (performance.now() - start) / 1000
  report.row({
    what: 'adding',
    ms: Math.round(seconds * 1000),
    says: `${Math.round(images / seconds)} images a second`,
  })
}

function imageOf(i: number): NewImage {
  const hash = digits(i, 0x9e3779b97f4a7c15n).repeat(4) as Hash
  const size = { width: 640, height: 480, sizeBytes: 50_000, format: 'jpeg' as const }
  return {
    hash,
    thumbnail: hash,
    name: `folder/${i}.jpg`,
    ...size,
    group: null,
    fingerprint: digits(i, 0xd1b54a32d192ed03n),
  }
}

/** 64 well mixed bits, 16 digits (the finaliser of MurmurHash3). */
function digits(i: number, step: bigint): string {
  let x = BigInt.asUintN(64, BigInt(i + 1) * step)
  x = BigInt.asUintN(64, (x ^ (x >> 33n)) * 0xff51afd7ed558ccdn)
  return (x ^ (x >> 33n)).toString(16).padStart(16, '0')
}

const far = 10_000 * pageSize
const asked: Readonly<Record<string, Omit<PageRequest, 'size'>>> = {
  'first page': {},
  'ten-thousandth page': { after: `a${Math.max(0, Math.min(far, images) - pageSize)}` },
  'first page of gold images': { split: 'test' },
  'first page of unlabelled images': { labelled: false },
}

async function slowest(store: Store, report: Report): Promise<number> {
  let worst = 0
  for (const [what, of] of Object.entries(asked)) {
    const times: number[] = []
    for (let round = 0; round < rounds; round++) {
      const start = performance.now()
      const { images: found } = await store.images.page('many', { ...of, size: pageSize })
      times.push(performance.now() - start)
      if (found.length !== pageSize) throw new Error(`${what}: ${found.length} images instead of ${pageSize}`)
    }
    const most = Math.max(...times)
    report.row({ what, ms: most.toFixed(1), says: `the slowest of ${rounds}` })
    worst = Math.max(worst, most)
  }
  return worst
}
