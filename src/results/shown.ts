// Which pictures the report and the map show.
import type { Picture, Shown } from './html-report.ts'
import type { ImageRecord, Metadata } from './metadata.ts'
import { scatteredOver, type Small } from './plots.ts'

/** A small picture of an image, or nothing where none can be shown. */
export type Thumbnail = (row: number) => Promise<string | null>

export async function smallOf(metadata: Metadata, thumbnail: Thumbnail): Promise<Small> {
  const rowOf = new Map(metadata.images.map((record, row) => [record, row]))
  const found = await Promise.all(
    scatteredOver(metadata).map(async (record) => [record, await thumbnail(rowOf.get(record)!)] as const),
  )
  return new Map(found.flatMap(([record, href]) => (href === null ? [] : [[record, href] as const])))
}

const unsureShown = 24
const unsureLeast = 8
/** A label that is surer than this is worth a look only where few others are. */
const sureEnough = 0.99
const picturesMost = 240 // of 4 kB: the report stays near a megabyte

export async function shownOf(metadata: Metadata, thumbnail: Thumbnail, samples: number): Promise<Shown> {
  const { images } = metadata
  const rowOf = new Map(images.map((record, row) => [record, row]))
  const picture = async (record: ImageRecord): Promise<Picture> => ({
    record,
    href: await thumbnail(rowOf.get(record)!),
  })
  const sure = images.toSorted((a, b) => b.confidence - a.confidence)
  const members = Map.groupBy(sure, ({ label }) => label)
  const each = Math.max(1, Math.min(samples, Math.floor(picturesMost / members.size)))
  const chosen = [...members].slice(0, picturesMost).map(async ([label, own]) => {
    const step = Math.max(1, own.length / each)
    const some = Array.from({ length: Math.min(each, own.length) }, (_, i) => own[Math.floor(i * step)]!)
    return [label, await Promise.all(some.map(picture))] as const
  })
  const least = sure
    .filter(({ said }) => !said)
    .slice(-unsureShown)
    .reverse()
    .filter(({ confidence }, i) => i < unsureLeast || confidence < sureEnough)
  const small = await smallOf(metadata, thumbnail)
  return {
    samples: new Map(await Promise.all(chosen)),
    unsure: await Promise.all(least.map(picture)),
    small,
  }
}

/** The same picture stands in several places: it is made once. */
export function onceEach(thumbnail: Thumbnail): Thumbnail {
  const made = new Map<number, Promise<string | null>>()
  return (row) => {
    const known = made.get(row) ?? thumbnail(row)
    made.set(row, known)
    return known
  }
}
