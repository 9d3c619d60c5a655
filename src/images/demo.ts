// The pictures that ship with the program: one lossless sprite, cut up when it is asked for.
import { readFile } from 'node:fs/promises'
import path from 'node:path'

/** Known answers and all: who uses it decides what the loop may see. */
export type Demo = {
  readonly title: string
  readonly classes: readonly string[]
  /** One for each image; they say nothing of its class. */
  readonly names: readonly string[]
  /** For each image, the index of its class. */
  readonly labels: readonly number[]
  /** The image as a PNG file. */
  bytes(index: number): Promise<Uint8Array>
}

const assets = path.join(import.meta.dirname, '../../assets')

export async function demoImages(): Promise<Demo> {
  // Opened only here: most processes that know this room never show the demo.
  const { default: sharp } = await import('sharp')
  const card = JSON.parse(await readFile(path.join(assets, 'demo.json'), 'utf8')) as {
    title: string
    side: number
    columns: number
    classes: string[]
    labels: number[]
  }
  const { data, info } = await sharp(path.join(assets, 'demo.webp'))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { side, columns } = card
  return {
    ...card,
    names: card.labels.map((_, i) => `cifar10-${String(i + 1).padStart(4, '0')}.png`),
    bytes(index) {
      const corner = { left: (index % columns) * side, top: Math.floor(index / columns) * side }
      return sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
        .extract({ ...corner, width: side, height: side })
        .png()
        .toBuffer()
    },
  }
}
