import { assert, type ImageId } from '../base/index.ts'
import type { Writing } from './sqlite.ts'

// A picture saved anew, smaller or as another format changes 0 to 3 of 64 bits. With 4 bands of 16 bits,
// 3 differing bits leave one band untouched: equal bands find them all, 60 candidates an image at 1 M images.
// A limit of 4 would need 5 bands of 13 bits, and 600 candidates.
export const nearBitsMax = 3
const bands = [0, 1, 2, 3] as const
// A look reads so many rows of a band at most: pictures alike in a band must not make adding quadratic.
const candidatesMax = 500

type Fingerprint = { readonly high: number; readonly low: number }

function parse(fingerprint: string): Fingerprint {
  assert(/^[0-9a-f]{16}$/.test(fingerprint), `a fingerprint is 16 hexadecimal digits, not "${fingerprint}"`)
  return { high: parseInt(fingerprint.slice(0, 8), 16) | 0, low: parseInt(fingerprint.slice(8), 16) | 0 }
}

const bandKey = ({ high, low }: Fingerprint, band: (typeof bands)[number]): number => {
  const half = band < 2 ? high : low
  return band * 65_536 + ((band % 2 === 0 ? half >>> 16 : half) & 0xffff)
}

const select = `select image, high, low from near where project = ? and band = ?
  order by image limit ${candidatesMax}`
const insert = 'insert into near (project, band, image, high, low) values (?, ?, ?, ?, ?)'

/**
 * The images whose fingerprint differs by few bits, the first added first; remembers this one for later.
 * Of images with one and the same fingerprint only the first is kept: it stands for the others.
 */
export function nearAndRemember(
  w: Writing,
  {
    project,
    id,
    fingerprint,
  }: { readonly project: number; readonly id: ImageId; readonly fingerprint: string },
): readonly ImageId[] {
  const own = parse(fingerprint)
  const found = new Map<ImageId, number>()
  for (const band of bands) {
    for (const row of w.all(select, [project, bandKey(own, band)])) {
      const bits = bitsOf(own.high ^ (row['high'] as number)) + bitsOf(own.low ^ (row['low'] as number))
      if (bits <= nearBitsMax) found.set(row['image'] as ImageId, bits)
    }
  }
  const isNew = ![...found.values()].includes(0)
  if (isNew)
    w.many(
      insert,
      bands.map((band) => [project, bandKey(own, band), id, own.high, own.low]),
    )
  return [...found.keys()].sort((a, b) => a - b)
}

/** How many bits are set (Hacker's Delight, figure 5-2). */
function bitsOf(x: number): number {
  let sum = x - ((x >>> 1) & 0x55555555)
  sum = (sum & 0x33333333) + ((sum >>> 2) & 0x33333333)
  return Math.imul((sum + (sum >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
