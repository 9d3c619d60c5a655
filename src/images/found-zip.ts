import { promisify } from 'node:util'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import path from 'node:path'
import { Failure, sentenceOf } from '../base/index.ts'
import { isSetFile, type SetFolder } from '../formats/index.ts'
import { foundInSet } from './found-set.ts'
import type { Found, Place } from './place.ts'
import { isLitterInside, isSlip, labelOfName, tidy } from './names.ts'
import { sizeFault } from './read.ts'

type Opened = Pick<ZipFile, 'readEntry' | 'close' | 'on' | 'off'> & {
  openReadStream(entry: Entry, done: (error: Error | null, stream: NodeJS.ReadableStream) => void): void
}

/** Entry by entry: one image in memory at a time. */
export async function* foundInZip(place: Place): AsyncGenerator<Found> {
  yield* foundInSet(
    () => entriesIn(place),
    () => maybeSet(place),
  )
}

async function* entriesIn({ at, bytesMax }: Place): AsyncGenerator<Found> {
  const name = path.basename(at)
  const zip = await openZip(at)
  let count = 0
  try {
    for (;;) {
      const entry = await nextEntry(zip)
      if (!entry) return
      count++
      const one = await readEntry(zip, entry, bytesMax)
      if (one) yield one
    }
  } catch (error) {
    if (count === 0) throw notAZip(name, error)
    yield { name, reason: `the archive is damaged after ${count} entries: ${sentenceOf(error)}` }
  } finally {
    zip.close()
  }
}

const textsMax = 500_000_000 // bytes: the labels of a million images

/** The names of all files, and the texts of those that tell of images; without any, only names are read. */
async function maybeSet({ at, bytesMax }: Place): Promise<SetFolder | undefined> {
  const zip = await openZip(at).catch(() => undefined)
  if (!zip) return undefined // the walk says why
  const paths: string[] = []
  const documents: Entry[] = []
  try {
    for (let entry = await nextEntry(zip); entry; entry = await nextEntry(zip)) {
      const name = tidy(nameOf(entry))
      paths.push(name)
      if (isSetFile(name) && !faultOf(entry, nameOf(entry), bytesMax)) documents.push(entry)
    }
    const size = documents.reduce((sum, entry) => sum + entry.uncompressedSize, 0)
    if (size > textsMax) throw new Failure('too-large', sizeFault(size, textsMax))
    const texts = new Map<string, string>()
    for (const entry of documents) {
      texts.set(tidy(nameOf(entry)), new TextDecoder().decode(await bytesOfEntry(zip, entry)))
    }
    return documents.length === 0 ? undefined : { paths, text: async (file) => texts.get(file) ?? '' }
  } catch (error) {
    if (error instanceof Failure) throw error
    return undefined // damaged: the walk says where
  } finally {
    zip.close()
  }
}

async function openZip(at: string): Promise<Opened> {
  // Names are decoded here, below: yauzl would end the whole archive at the first bad one.
  const open = promisify<string, yauzl.Options, ZipFile>(yauzl.open)
  try {
    return (await open(at, {
      lazyEntries: true,
      autoClose: false,
      decodeStrings: false,
    })) as unknown as Opened
  } catch (error) {
    throw notAZip(path.basename(at), error)
  }
}

const notAZip = (name: string, error: unknown): Failure =>
  new Failure('bad-input', `cannot read "${name}" as a zip archive: ${sentenceOf(error)}`, { cause: error })

function nextEntry(zip: Opened): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const settled = (then: () => void) => {
      zip.off('entry', onEntry).off('end', onEnd).off('error', onError)
      then()
    }
    const onEntry = (entry: Entry) => settled(() => resolve(entry))
    const onEnd = () => settled(() => resolve(undefined))
    const onError = (error: Error) => settled(() => reject(error))
    zip.on('entry', onEntry).on('end', onEnd).on('error', onError)
    zip.readEntry()
  })
}

async function readEntry(zip: Opened, entry: Entry, bytesMax: number): Promise<Found | undefined> {
  const given = nameOf(entry)
  const name = tidy(given)
  if (name.endsWith('/') || isLitterInside(name.replaceAll('..', ''))) return undefined
  const reason = faultOf(entry, given, bytesMax)
  if (reason) return { name: given, reason }
  try {
    return { name, source: { bytes: await bytesOfEntry(zip, entry) }, label: labelOfName(name), group: null }
  } catch (error) {
    return { name, reason: `it cannot be unpacked: ${sentenceOf(error)}` }
  }
}

const nameOf = (entry: Entry): string =>
  yauzl.getFileNameLowLevel(
    entry.generalPurposeBitFlag,
    entry.fileName as unknown as Buffer,
    entry.extraFields,
    false,
  )

function faultOf(entry: Entry, name: string, bytesMax: number): string | undefined {
  const unixKind = (entry.externalFileAttributes >>> 16) & 0o170000
  if (isSlip(name)) return 'its name leads out of the archive'
  if (unixKind === 0o120000) return 'it is a link, and links in archives are not followed'
  if (entry.isEncrypted()) return 'it is encrypted'
  if (entry.uncompressedSize > bytesMax) return sizeFault(entry.uncompressedSize, bytesMax)
  return undefined
}

/** yauzl ends the stream with an error as soon as it grows past the size that the archive states. */
async function bytesOfEntry(zip: Opened, entry: Entry): Promise<Uint8Array> {
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) =>
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream))),
  )
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
