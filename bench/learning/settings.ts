// What sessions are played on: frozen embeddings, what may be asked about and what is measured on.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { ImageId } from '../../src/base/index.ts'
import { readNpy, writeNpy } from '../../src/formats/index.ts'
import { openImages } from '../../src/images/index.ts'
import { matrix, stacked, type Matrix } from '../../src/math/index.ts'
import type { EncoderName, Runtime } from '../../src/runtime/index.ts'
import type { Player } from '../../src/steps/simulate/play.ts'
import type { Given } from '../../src/steps/simulate/seat.ts'
import { usualPull } from '../../src/steps/train.ts'
import { cifarClasses, folderOf, writeAside } from '../data.ts'
import { embedded, type Pictures } from '../embedded.ts'
import { caltechTest, cifarPictures, maybeCaltechPictures } from './pictures.ts'
import { turned, varianceOf } from './turned.ts'

export type Setting = {
  /** Names the kept sessions: what would change them is in it. */
  readonly name: string
  readonly says: string
  readonly given: Given
  /** Points that the default must gain over random in rounds 1 to 7, where a figure was promised. */
  readonly promised: number | null
  /** Who plays in it, if not all. */
  readonly players: readonly Player[] | null
}
export type Size = {
  readonly pool: number
  readonly test: number
  readonly rounds: number
  /** One photograph in so many of Caltech-101. */
  readonly every: number
}
/** All of Caltech-101; of CIFAR-10 a part: on two cores resnet50 takes an hour for all 60,000. */
export const full: Size = { pool: 5_000, test: 2_000, rounds: 21, every: 1 }
/** Embedded in five minutes where nothing is kept. Not every third: one in three is measured on, class by class. */
export const quick: Size = { pool: 2_000, test: 1_000, rounds: 12, every: 4 }

// Played six times as fast so. In full Caltech-101 is played at its whole width for what is promised, where a strategy
// gains a point more, and along directions for all strategies against one another, which would take days there.
const directionsOfMany = 256

export async function settingsOf(
  size: Size,
  runtime: Runtime,
  say: (text: string) => void,
): Promise<readonly Setting[]> {
  const images = openImages({ pixelsMax: 50_000_000, bytesMax: 100_000_000, children: 1 })
  const embed = (of: Pictures, encoder: EncoderName) => embedded(of, encoder, { runtime, images, say })
  try {
    const cifar = await cifarPictures({ train: size.pool, test: size.test }, say)
    const settings: Setting[] = []
    for (const [encoder, promised] of [
      ['resnet50', 10],
      ['builtin', null],
    ] as const) {
      const rows = stacked([await embed(cifar.train, encoder), await embed(cifar.test, encoder)])
      const truth = Int32Array.of(...cifar.train.labels, ...cifar.test.labels)
      const tested = Array.from({ length: size.test }, (_, i) => size.pool + i)
      const of = { data: 'CIFAR-10', encoder, rows, truth, tested, classNames: cifarNames, promised }
      const how = { rounds: size.rounds, directions: directionsOfMany }
      settings.push(await settingOf({ ...of, ...how }, runtime))
    }
    return [...settings, ...(await caltech(size, { embed, runtime, say }))]
  } finally {
    await images.close()
  }
}

const cifarNames = Array.from({ length: cifarClasses }, (_, i) => `class ${i}`)

type Hands = {
  readonly embed: (of: Pictures, encoder: EncoderName) => Promise<Matrix>
  readonly runtime: Runtime
  readonly say: (text: string) => void
}

/** By its own split; no background. */
async function caltech({ every, rounds }: Size, { embed, runtime, say }: Hands): Promise<Setting[]> {
  const all = await maybeCaltechPictures(say)
  if (!all) return []
  const test = await caltechTest()
  const places = [...all.names.keys()].filter((i) => i % every === 0)
  const some = {
    ...all.pictures,
    name: every === 1 ? all.pictures.name : `${all.pictures.name}-${every}`,
    count: places.length,
    bytes: (i: number) => all.pictures.bytes(places[i]!),
  }
  const tested = [...places.keys()].filter((i) => test.has(all.names[places[i]!]!))
  const truth = Int32Array.from(places, (i) => all.pictures.labels[i]!)
  const rows = await embed(some, 'resnet50')
  const of = {
    data: 'Caltech-101',
    encoder: 'resnet50',
    rows,
    truth,
    tested,
    rounds,
    classNames: all.classNames,
  } as const
  const [promised, directions] = [11.5, directionsOfMany]
  if (every > 1) return [await settingOf({ ...of, directions, promised }, runtime)]
  return [
    { ...(await settingOf({ ...of, directions: null, promised }, runtime)), players: ['random', 'auto'] },
    await settingOf({ ...of, directions, promised: null }, runtime),
  ]
}

type Data = {
  readonly data: string
  readonly encoder: EncoderName
  readonly rows: Matrix
  readonly truth: Int32Array
  readonly tested: readonly number[]
  readonly classNames: readonly string[]
  readonly rounds: number
  readonly promised: number | null
  /** Seen along so many of its principal directions; null: as the encoder gave it. */
  readonly directions: number | null
}

async function settingOf(of: Data, runtime: Runtime): Promise<Setting> {
  const count = of.rows.rows
  const ids = Array.from({ length: count }, (_, i) => (i + 1) as ImageId)
  const batch = of.classNames.length
  const pool = count - of.tested.length
  const seen = of.directions === null ? 'whole' : ''
  const parts = [of.data, of.encoder, pool, of.tested.length, seen].filter((part) => part !== '')
  const name = parts.join('-').replaceAll(' ', '-').toLowerCase()
  const { rows, width } = of.directions === null ? asGiven(of.rows) : await turnedOnce(name, of, runtime)
  return {
    name,
    says:
      `${of.data}, ${of.encoder} (${width}), ` +
      `${pool} to ask about, ${of.tested.length} measured on, ${of.rounds} rounds of ${batch}`,
    promised: of.promised,
    players: null,
    given: {
      own: null,
      table: { ids, rows, nearTo: ids.map(() => null), kin: ids, classNames: of.classNames },
      truth: of.truth,
      rules: { batch, rounds: of.rounds, pull: usualPull({ encoder: of.encoder }), tested: of.tested },
    },
  }
}

const asGiven = (rows: Matrix) => ({ rows, width: `${rows.columns} wide` })

/** Kept: turning takes a quarter of a minute. */
async function turnedOnce(name: string, { rows, directions }: Data, { matmul }: Runtime) {
  const columns = directions!
  const file = path.join(folderOf('active-learning'), `${name}-${columns}.npy`)
  if (!existsSync(file)) {
    const { data } = await turned(rows, columns, matmul)
    await writeAside(file, writeNpy('float32', [rows.rows, columns], data))
  }
  const its = matrix(rows.rows, columns, Float32Array.from(readNpy(await readFile(file)).data))
  const kept = (100 * varianceOf(its)) / varianceOf(rows)
  return { rows: its, width: `${columns} directions, ${kept.toFixed(1)}% of the variance` }
}
