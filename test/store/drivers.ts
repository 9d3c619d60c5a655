// The suite's table: every driver of the store runs all of it; a new driver is a new row.
import { createHash } from 'node:crypto'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type {
  ClassId,
  Hash,
  ImageId,
  Label,
  LabelOrigin,
  Model,
  Prediction,
  Written,
} from '../../src/base/index.ts'
import { openStore, type NewImage, type Store } from '../../src/store/index.ts'

export const drivers = [
  { kept: 'in a folder', place: () => folder('kept') },
  { kept: 'in memory', place: () => ':memory:' },
] as const

const folders: string[] = []
process.on('exit', () => {
  for (const one of folders) rmSync(one, { recursive: true, force: true, maxRetries: 3 })
})
/** A new folder, gone when the test ends. */
export function folder(name: string): string {
  folders.push(mkdtempSync(path.join(os.tmpdir(), `bowerbird-test-${name}-`)))
  return folders.at(-1)!
}

export type Opened = Store & { [Symbol.asyncDispose](): Promise<void> }
export async function opened(place: string): Promise<Opened> {
  const store = await openStore(place)
  return { ...store, [Symbol.asyncDispose]: () => store.close() }
}

export const project = {
  name: 'birds',
  title: 'Birds',
  encoder: 'builtin',
  seed: 1,
  testShare: 0.1,
  validationShare: 0.1,
  isDemo: false,
  at: 1,
}

/** A store with the project birds in it, and its two classes. */
export async function withBirds(place: string) {
  const store = await opened(place)
  await store.projects.create(project)
  const [wren, robin] = await store.classes.ensure('birds', ['wren', 'robin'])
  return { store, wren: wren!.id, robin: robin!.id }
}

/** 64 well mixed bits: no two of these nearly equal one another. */
export const farFingerprint = (i: number): string => {
  let x = BigInt.asUintN(64, BigInt(i + 1) * 0x9e3779b97f4a7c15n)
  x = BigInt.asUintN(64, (x ^ (x >> 33n)) * 0xff51afd7ed558ccdn)
  return (x ^ (x >> 29n)).toString(16).padStart(16, '0')
}

export const hashOf = (i: number): Hash => i.toString(16).padStart(64, '0') as Hash

export const image = (i: number, of: Partial<NewImage> = {}): NewImage => ({
  hash: hashOf(i),
  thumbnail: hashOf(i),
  name: `${i}.jpg`,
  width: 40,
  height: 30,
  sizeBytes: 1000,
  format: 'jpeg',
  group: null,
  fingerprint: farFingerprint(i),
  ...of,
})

export async function addImages(store: Store, count: number): Promise<readonly ImageId[]> {
  const images = Array.from({ length: count }, (_, i) => image(i))
  return (await store.images.add('birds', images, 2)).ids
}

type Said = { readonly origin?: LabelOrigin; readonly by?: string }
export const label = (image: ImageId, cls: ClassId | null, said: Said = {}): Label => ({
  image,
  class: cls,
  origin: 'answer',
  by: 'ann',
  at: 3,
  seconds: null,
  ...said,
})

export const card: Model['card'] = {
  encoder: 'builtin',
  classes: [],
  ledger: 0 as Model['card']['ledger'],
  trainedOn: 0,
  seed: 1,
  settings: {},
  figures: {},
  golden: [],
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex') as Hash

/** Bytes as a decoder leaves them for `take`: in one file, not flushed, and nothing names them. */
export function aside(store: Store, ...parts: readonly Uint8Array[]): readonly Written[] {
  const file = `${store.blobs.aside()}-1`
  let offset = 0
  return parts.map((bytes) => {
    appendFileSync(file, bytes)
    offset += bytes.length
    return { hash: sha256(bytes), file, offset: offset - bytes.length, sizeBytes: bytes.length }
  })
}

/** Pictures as adding brings them: bytes and rows; all are written, and the first so many become images. */
export async function takeBirds(
  store: Store,
  texts: readonly string[],
  of: { readonly to?: string; readonly named?: number } = {},
) {
  const written = aside(store, ...texts.map((text) => Buffer.from(text)))
  const hashes = written.map((one) => one.hash)
  const images = hashes.slice(0, of.named).map((hash) => {
    const fingerprint = farFingerprint(Buffer.from(hash, 'hex').readUInt32BE())
    return image(1, { hash, thumbnail: hash, fingerprint })
  })
  const { ids } = await store.images.take(of.to ?? 'birds', { images, written }, 2)
  return { ids, hashes }
}
export const textOf = async (store: Store, hash: Hash) => Buffer.from(await store.blobs.get(hash)).toString()

export async function addModel(store: Store, key: string): Promise<Model> {
  const blob = await store.blobs.put(Buffer.from(`head ${key}`))
  return await store.models.add('birds', { key, kind: 'head', blob, card, at: 5 })
}

export const guess = (image: ImageId, cls: ClassId, margin: number): Prediction => ({
  image,
  class: cls,
  confidence: 0.5 + margin / 2,
  runnerUp: null,
  margin,
})

export async function* inOne<T>(all: readonly T[]): AsyncGenerator<readonly T[]> {
  yield all
}

/** What the check finds wrong with the rows: the images of these tests have no bytes. */
export const rowFaults = async (store: Store): Promise<readonly string[]> =>
  (await store.check()).filter((fault) => !fault.includes('there is no blob'))
