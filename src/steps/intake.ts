// Takes found things into a project: looked at several at once, written in batches, told as it goes.
import { availableParallelism } from 'node:os'
import { Failure, sentenceOf, inOrder } from '../base/index.ts'
import type { ClassId, ImageId } from '../base/index.ts'
import { extensionFault, type Found, type Taken as TakenImage } from '../images/index.ts'
import type { NewImage } from '../store/index.ts'
import type { World } from './world.ts'

export type Skipped = { readonly name: string; readonly reason: string }
export type Tally = {
  found: number
  added: number
  alreadyThere: number
  nearDuplicates: number
  labelled: number
  skippedCount: number
  readonly skipped: Skipped[]
}
export type IntakeOptions = {
  readonly project: string
  readonly total: number | null
  /** Called with each batch once it is kept, with the label that was found for each image. */
  readonly kept: (batch: readonly Kept[]) => Promise<number>
}
export type Kept = { readonly id: ImageId; readonly label: string | null }

type File = Extract<Found, { source: unknown }>
/** What became of a found thing: passed over, there already, or to be written. */
type Seen =
  | Skipped
  | { readonly file: File; readonly batch: Batch; readonly id: ImageId }
  | { readonly file: File; readonly batch: Batch; readonly image: TakenImage }
type Taken = Exclude<Seen, Skipped>
/** Images that are asked for one after another: their bytes are written, flushed and named together. */
type Batch = { readonly into: string; images: number; bytes: number }

// For each decoder. Files reach the disk while the next images are decoded: small batches start soon, large
// ones flush less.
const batchImages = 128
const batchBytes = 8_000_000
const toldEvery = 32
const skippedShown = 1_000 // reasons repeat; the count is always whole

export async function takeIn(
  things: AsyncIterable<Found>,
  options: IntakeOptions,
  world: World,
): Promise<Tally> {
  const tally = newTally()
  const { images } = await world.store.projects.counts(options.project)
  const cores = world.configuration.cores || availableParallelism()
  const batches = openBatches(cores, () => world.store.blobs.aside())
  const looks = { project: options.project, mayBeThere: images > 0, batches }
  // Twice what the children hold: one set is in hand, one waits for its turn in the order.
  const atOnce = 4 * cores
  const tell = () => world.progress({ done: tally.found, total: options.total, sentence: sentenceFor(tally) })
  const writer = openWriter(tally, options, world)
  try {
    for await (const seen of inOrder(things, atOnce, (thing) => lookAt(thing, looks, world))) {
      world.signal.throwIfAborted()
      tally.found++
      if ('reason' in seen) skip(tally, seen)
      else await writer.take(seen)
      if (tally.found % toldEvery === 0) tell()
    }
    await writer.flush()
  } finally {
    await writer.settled() // also when cancelled: nobody closes the store while a batch is on its way into it
  }
  tell()
  return tally
}

const newTally = (): Tally => ({
  found: 0,
  added: 0,
  alreadyThere: 0,
  nearDuplicates: 0,
  labelled: 0,
  skippedCount: 0,
  skipped: [],
})

function skip(tally: Tally, { name, reason }: Skipped): void {
  tally.skippedCount++
  if (tally.skipped.length < skippedShown) tally.skipped.push({ name, reason })
}

function openBatches(cores: number, into: () => string) {
  let open: Batch | undefined
  return {
    next(): Batch {
      if (!open || open.images >= cores * batchImages || open.bytes >= cores * batchBytes) {
        open = { into: into(), images: 0, bytes: 0 }
      }
      open.images++
      return open
    },
  }
}
type Looks = {
  readonly project: string
  readonly mayBeThere: boolean
  readonly batches: ReturnType<typeof openBatches>
}

/** A project that has images is asked by hash first: what is there already is not decoded again. */
async function lookAt(file: Found, { project, mayBeThere, batches }: Looks, world: World): Promise<Seen> {
  if ('reason' in file) return file
  const batch = batches.next()
  try {
    if (mayBeThere) {
      const { hash, format } = await world.images.peek(file.source)
      const fault = extensionFault(file.name, format)
      if (fault) return { name: file.name, reason: fault }
      const id = (await world.store.images.known(project, [hash])).get(hash)
      if (id !== undefined) return { file, batch, id }
    }
    const image = await world.images.take(file.source, batch.into)
    batch.bytes += image.sizeBytes
    const fault = extensionFault(file.name, image.format)
    return fault ? { name: file.name, reason: fault } : { file, batch, image }
  } catch (error) {
    if (!(error instanceof Failure) || endsTheStep.includes(error.kind)) throw error
    return { name: file.name, reason: sentenceOf(error) }
  }
}

/** Faults of the house rather than of one file. */
const endsTheStep: readonly Failure['kind'][] = ['cancelled', 'not-ready', 'disk-full', 'corrupt-data']

/** Batches reach the store in their order; two at most are on their way, while the next is looked at. */
function openWriter(tally: Tally, options: IntakeOptions, world: World) {
  let batch: Taken[] = []
  let before = Promise.resolve()
  let last = before
  async function flush(): Promise<void> {
    const ready = batch
    batch = []
    await before
    before = last
    last = before.then(() => write(ready, { tally, options, world }))
    last.catch(() => {}) // told by the next flush, or by settled
  }
  return {
    async flush(): Promise<void> {
      await flush()
      await last
    },
    settled: () => last,
    /** The first of a batch says that the one before is whole. */
    async take(seen: Taken): Promise<void> {
      if (batch.length > 0 && batch[0]!.batch !== seen.batch) await flush()
      batch.push(seen)
    },
  }
}

type Writing = { readonly tally: Tally; readonly options: IntakeOptions; readonly world: World }

async function write(batch: readonly Taken[], { tally, options, world }: Writing): Promise<void> {
  const fresh = batch.filter((seen) => 'image' in seen)
  const there = batch.filter((seen) => 'id' in seen)
  const written = fresh.flatMap(({ image }) => image.written)
  const taken = { images: fresh.map(rowOf), written }
  const { ids, ...counts } = await world.store.images.take(options.project, taken, world.now())
  tally.added += counts.added
  tally.alreadyThere += counts.alreadyThere + there.length
  tally.nearDuplicates += counts.nearDuplicates
  tally.labelled += await options.kept([
    ...fresh.map(({ file }, i) => ({ id: ids[i]!, label: file.label })),
    ...there.map(({ file, id }) => ({ id, label: file.label })),
  ])
}

function rowOf({ file, image }: { readonly file: File; readonly image: TakenImage }): NewImage {
  const { written: _, ...seen } = image
  return { ...seen, name: file.name, group: file.group }
}

const sentenceFor = ({ found, added, alreadyThere, skippedCount }: Tally): string =>
  `looked at ${found}: ${added} added, ${alreadyThere} there already, ${skippedCount} skipped`

/** Writes labels that came with the images; a person's later answer is never overruled by a folder's name. */
export function labelsImported(project: string, act: string, world: World): IntakeOptions['kept'] {
  const { classes, images, labels } = world.store
  let known = new Map<string, ClassId>()
  return async (batch) => {
    const labelOf = new Map(batch.flatMap(({ id, label }) => (label === null ? [] : [[id, label]])))
    const names = [...new Set(labelOf.values())]
    if (names.some((name) => !known.has(name))) {
      known = new Map((await classes.ensure(project, names)).map(({ id, name }) => [name, id]))
    }
    const unlabelled = (await images.byIds(project, [...labelOf.keys()])).filter(
      (image) => image.label === null,
    )
    const at = world.now()
    const events = unlabelled.map(({ id }) => {
      const named = known.get(labelOf.get(id)!)!
      return { image: id, class: named, origin: 'import', by: 'import', at, seconds: null } as const
    })
    if (events.length > 0) await labels.add(project, events, act)
    return events.length
  }
}
