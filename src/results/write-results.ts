// The results folder: pictures by class, what was found as data and as reports, splits and plots.
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { themes } from '../figures/index.ts'
import { writeCsv, writeNpy } from '../formats/index.ts'
import { htmlReport } from './html-report.ts'
import type { Hands, LabelledSet } from './labelled-set.ts'
import { metadataOf, type Metadata } from './metadata.ts'
import { placePictures } from './place-pictures.ts'
import { plots } from './plots.ts'
import { principalPlane } from './principal-plane.ts'
import { onceEach, shownOf, smallOf, type Thumbnail } from './shown.ts'
import { parts, type Shares } from './splits.ts'
import { textReport } from './text-report.ts'

export type Wanted = {
  readonly says: string
  readonly seed: number
  readonly shares: Shares
  /** Pictures of each class in the report. */
  readonly samples: number
}
export type Written = {
  /** Pictures that lie in class folders now. */
  readonly pictures: number
  /** Those that could not be placed, by reason. */
  readonly missing: Readonly<Record<string, number>>
  readonly metadata: Metadata
  /** The drawings' files, within the results. */
  readonly plots: readonly string[]
}

export async function writeResults(to: string, set: LabelledSet, o: Wanted & Hands): Promise<Written> {
  const { says, seed, shares, matmul } = o
  await mkdir(to)
  // The disk has the pictures to do, the processor the plane; a product under way outlives no failure.
  const plane = principalPlane(set.embeddings, { matmul })
  const [placed] = await Promise.allSettled([placePictures(to, set, o), plane])
  if (placed.status === 'rejected') throw placed.reason
  const { files, missing } = placed.value
  o.progress({ done: 0, total: null, sentence: 'writing the reports' })
  const metadata = metadataOf(set, says, { seed, shares, files, at: await plane })
  const { prototypes } = set
  const shape = [prototypes.rows, prototypes.columns]
  await writeFile(path.join(to, 'class_prototypes.npy'), writeNpy('float32', shape, prototypes.data))
  await writeMetadata(path.join(to, 'metadata.json'), metadata)
  await writeFile(path.join(to, 'report.txt'), textReport(metadata))
  await writeSplits(to, metadata)
  if (set.audit) await writeFile(path.join(to, 'questions.csv'), questionsOf(set, metadata))
  const thumbnail = onceEach(set.pictures.thumbnail)
  const drawings = await writePlots(to, metadata, thumbnail)
  const shown = await shownOf(metadata, thumbnail, o.samples)
  await writeFile(path.join(to, 'report.html'), htmlReport(metadata, shown))
  return { pictures: files.filter((file) => file !== null).length, missing, metadata, plots: drawings }
}

const linesAtOnce = 20_000

/** An image a line: a million of them are never one string, and each can be found by eye. */
async function writeMetadata(file: string, { images, ...rest }: Metadata): Promise<void> {
  const head = JSON.stringify(rest, null, 2).slice(0, -2)
  await writeFile(file, `${head},\n  "images": [\n`)
  for (let from = 0; from < images.length; from += linesAtOnce) {
    const some = images.slice(from, from + linesAtOnce).map((image) => `    ${JSON.stringify(image)}`)
    const isLast = from + linesAtOnce >= images.length
    await appendFile(file, `${some.join(',\n')}${isLast ? '\n' : ',\n'}`)
  }
  await appendFile(file, '  ]\n}\n')
}

async function writeSplits(to: string, { images }: Metadata): Promise<void> {
  await mkdir(path.join(to, 'splits'))
  for (const part of parts) {
    const rows = images
      .filter(({ split }) => split === part)
      .map((it) => [it.file ?? it.path, it.label, it.path, String(it.confidence)])
    await writeFile(
      path.join(to, 'splits', `${part}.csv`),
      writeCsv([['file', 'label', 'path', 'confidence'], ...rows]),
    )
  }
}

/** To be filled in and handed back as `--audit`; its proposal tells whether it still fits. */
function questionsOf({ classNames, audit }: LabelledSet, { images }: Metadata): string {
  const rows = audit!.rows.map((row) => {
    const its = audit!.answers.get(row)
    const label = its === undefined ? '' : classNames[its]!
    return [images[row]!.path, label, audit!.proposal]
  })
  return writeCsv([['path', 'label', 'proposal'], ...rows])
}

/** Draws the plots from what was found alone, so that they can be drawn anew. */
export async function writePlots(
  to: string,
  metadata: Metadata,
  thumbnail: Thumbnail,
): Promise<readonly string[]> {
  await mkdir(path.join(to, 'plots'), { recursive: true })
  const small = await smallOf(metadata, thumbnail)
  const files: string[] = []
  for (const [name, { draw }] of Object.entries(plots)) {
    const file = path.join('plots', `${name}.svg`)
    await writeFile(path.join(to, file), draw(metadata, themes.light, small))
    files.push(file)
  }
  return files
}
