// The only file that decodes, and the only one that opens sharp on strangers' bytes. Runs in a child process.
import sharp, { type OutputInfo } from 'sharp'
import { Failure } from '../base/index.ts'
import { fingerprint } from './fingerprint.ts'
import { formatOf, type Format, taken } from './formats.ts'
import type { Inspected, Pixels, Preprocessing, Source, Taken } from './images.ts'
import { bytesForNow, grouped, hashOf } from './read.ts'
import { appended } from './written.ts'

export type Limits = { readonly pixelsMax: number; readonly bytesMax: number }

// One thread an image, a child for each core. A cache would only hold on to strangers' bytes.
sharp.concurrency(1)
sharp.cache(false)
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'],
})

const thumbnailSide = 256 // two screen pixels for each of the widest grid cell's 128
// On 300 Caltech photographs: JPEG at 80 takes 0.2 ms and 7.3 KB, WebP 3.2 ms and 6.2 KB for the same look.
const thumbnailQuality = 80
// Small pictures are drawn enlarged, where halved colour shows as blocks.
const fullColourBelow = 128

// A picture that is upright, no larger and this short is its own thumbnail: half the files for the store.
const ownThumbnailBytes = 16_384

/** Checked, upright, shrunk, and known by its look. */
export const look = async (source: Source, limits: Limits): Promise<Inspected> =>
  await inspected(bytesForNow(source, limits.bytesMax), limits)

/** The bytes that were looked at are those that are named and written: nobody reads the source again. */
export async function take(source: Source, into: string, limits: Limits): Promise<Taken> {
  const bytes = bytesForNow(source, limits.bytesMax)
  const { thumbnail, ...seen } = await inspected(bytes, limits)
  const written = appended(into, thumbnail === bytes ? [bytes] : [bytes, thumbnail])
  return { ...seen, thumbnail: written.at(-1)!.hash, written }
}

async function inspected(bytes: Uint8Array, limits: Limits): Promise<Inspected> {
  const format = formatOf(bytes)
  return decoding(format, async () => {
    const { width, height, isUpright } = await headerOf(bytes, limits)
    const { data, info } = await upright(bytes, limits)
      .resize(thumbnailSide, thumbnailSide, { fit: 'inside', withoutEnlargement: true })
      .raw()
      .toBuffer({ resolveWithObject: true })
    const isOwn = isUpright && info.width === width && bytes.length <= ownThumbnailBytes
    const thumbnail = isOwn ? bytes : await thumbnailOf(data, info)
    const mark = fingerprint({ width: info.width, height: info.height, data })
    const [hash, sizeBytes] = [hashOf(bytes), bytes.length]
    return { hash, sizeBytes, width, height, format, thumbnail, fingerprint: mark }
  })
}

function thumbnailOf(data: Uint8Array, info: OutputInfo): Promise<Uint8Array> {
  const chromaSubsampling = Math.min(info.width, info.height) < fullColourBelow ? '4:4:4' : '4:2:0'
  return sharp(data, { raw: info }).jpeg({ quality: thumbnailQuality, chromaSubsampling }).toBuffer()
}

/** Upright RGB pixels under the one preprocessing rule. */
export async function pixelsOf(source: Source, as: Preprocessing, limits: Limits): Promise<Pixels> {
  const bytes = bytesForNow(source, limits.bytesMax)
  return decoding(formatOf(bytes), async () => {
    const { data, info } = await upright(bytes, limits)
      .resize(as.width, as.height, { fit: as.fit === 'stretch' ? 'fill' : 'cover', position: 'centre' })
      .raw()
      .toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, data }
  })
}

/** Upright, in sRGB, on white where it is transparent: three bytes a pixel whatever came in. */
const upright = (bytes: Uint8Array, limits: Limits) =>
  sharp(bytes, { failOn: 'truncated', limitInputPixels: limits.pixelsMax })
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')

/** Before anything is decoded, so that a bomb is refused. */
async function headerOf(
  bytes: Uint8Array,
  limits: Limits,
): Promise<{ width: number; height: number; isUpright: boolean }> {
  const { autoOrient, orientation = 1 } = await sharp(bytes, { limitInputPixels: false }).metadata()
  const { width, height } = autoOrient
  const pixels = width * height
  if (pixels > limits.pixelsMax) {
    throw new Failure(
      'too-large',
      `it has ${grouped(pixels)} pixels (${width} × ${height}), ` +
        `and at most ${grouped(limits.pixelsMax)} are decoded`,
    )
  }
  return { width, height, isUpright: orientation <= 1 }
}

async function decoding<T>(format: Format, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode()
  } catch (error) {
    if (error instanceof Failure) throw error
    const said = (error as Error).message.replaceAll(/\s+/g, ' ').trim()
    const cut =
      /premature|truncated|unexpected end|end of (?:stream|file)|IDAT|read error|out of order/i.test(said)
    const what = cut ? 'it is cut short' : `it cannot be decoded as ${taken[format].says}`
    throw new Failure('not-an-image', `${what}: ${said}`, { cause: error })
  }
}
