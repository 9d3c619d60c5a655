import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import * as fc from 'fast-check'
import sharp from 'sharp'
import { Failure } from '../../src/base/index.ts'
import { openImages, type Images, type Pixels } from '../../src/images/index.ts'
import { bomb, gif, jpeg, png, svg, waves, webp } from '../fixtures/pictures.ts'

let images: Images
let folder: string
before(() => {
  images = openImages({ pixelsMax: 50_000_000, bytesMax: 1_000_000, children: 2 })
  folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-images-'))
})
after(async () => {
  await images.close()
  rmSync(folder, { recursive: true })
})

const kept = (name: string, bytes: Uint8Array): { path: string } => {
  writeFileSync(path.join(folder, name), bytes)
  return { path: path.join(folder, name) }
}
const distance = (a: string, b: string): number =>
  (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll('0', '').length
const meanDifference = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length

describe('inspecting', () => {
  for (const [format, draw] of Object.entries({ jpeg, png, webp })) {
    it(`a ${format} from a path gives the hash of its bytes, its size and kind`, async () => {
      const bytes = await draw({ width: 640, height: 400 })
      const seen = await images.inspect(kept(`a.${format}`, bytes))
      assert.deepEqual([seen.format, seen.width, seen.height], [format, 640, 400])
      assert.equal(seen.sizeBytes, bytes.length)
      assert.equal(seen.hash, createHash('sha256').update(bytes).digest('hex'))
      assert.match(seen.fingerprint, /^[0-9a-f]{16}$/)
    })
  }
  it('gives a JPEG thumbnail of at most 256 pixels a side, never larger than the picture', async () => {
    const large = await images.inspect({ bytes: await png({ width: 640, height: 400 }) })
    const lying = await waves({ width: 32, height: 20 }).withMetadata({ orientation: 6 }).webp().toBuffer()
    const small = await images.inspect({ bytes: lying })
    const sizes = await Promise.all([large, small].map(({ thumbnail }) => sharp(thumbnail).metadata()))
    assert.deepEqual(
      sizes.map(({ format, width, height }) => [format, width, height]),
      [
        ['jpeg', 256, 160],
        ['jpeg', 20, 32],
      ],
    )
  })
  it('a picture that is small and upright is its own thumbnail', async () => {
    const bytes = await png({ width: 32, height: 20 })
    assert.deepEqual(Buffer.from((await images.inspect({ bytes })).thumbnail), bytes)
  })
  it('takes: the bytes that were looked at, and the thumbnail, stand where it says', async () => {
    const into = path.join(folder, 'aside')
    const large = await jpeg({ width: 640, height: 400 })
    const small = await png({ width: 32, height: 20 })
    const taken = [
      await images.take(kept('large.jpg', large), into),
      await images.take({ bytes: small }, into),
    ]
    // The small one is its own thumbnail, and written once.
    assert.deepEqual(
      taken.map(({ written }) => written.map((one) => one.hash)),
      [[taken[0]!.hash, taken[0]!.thumbnail], [taken[1]!.hash]],
    )
    assert.equal(taken[1]!.thumbnail, taken[1]!.hash)
    for (const { hash, file, offset, sizeBytes } of taken.flatMap((one) => one.written)) {
      assert.ok(file.startsWith(into))
      const bytes = readFileSync(file).subarray(offset, offset + sizeBytes)
      assert.equal(createHash('sha256').update(bytes).digest('hex'), hash)
    }
  })
  it('takes nothing of what it refuses', async () => {
    const into = path.join(folder, 'refused-aside')
    await assert.rejects(images.take({ bytes: gif() }, into), /it is a GIF/)
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('refused-aside')),
      [],
    )
  })
  it('peeks: the same hash and kind, nothing decoded', async () => {
    const cut = (await jpeg({ width: 640 })).subarray(0, 900)
    const { hash, format } = await images.peek({ bytes: cut })
    assert.deepEqual([hash, format], [createHash('sha256').update(cut).digest('hex'), 'jpeg'])
  })
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
    it(`turns EXIF orientation ${orientation} upright, once`, async () => {
      const lying = await jpeg({ width: 80, height: 40, seed: 5 })
      const tagged = await sharp(lying).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer()
      const upright = await sharp(tagged).autoOrient().removeAlpha().raw().toBuffer()
      const seen = await images.inspect({ bytes: tagged })
      const isTurned = orientation >= 5
      assert.deepEqual([seen.width, seen.height], isTurned ? [40, 80] : [80, 40])
      const as = { width: seen.width, height: seen.height, fit: 'stretch' } as const
      const [pixels] = (await images.readMany([{ bytes: tagged }], as)) as readonly Pixels[]
      assert.ok(meanDifference(pixels!.data, upright) < 1)
      const thumbnail = await sharp(seen.thumbnail).removeAlpha().raw().toBuffer()
      assert.ok(meanDifference(thumbnail, upright) < 6)
    })
  }
})

describe('refusing', () => {
  const cases: Record<string, readonly [() => Promise<Uint8Array> | Uint8Array, RegExp]> = {
    'a cut JPEG': [async () => (await jpeg({ width: 640, height: 400 })).subarray(0, 4000), /cut short/],
    'a cut PNG': [async () => (await png({ width: 640, height: 400 })).subarray(0, 9000), /cut short/],
    'a cut WebP': [
      async () => (await webp({ width: 640, height: 400 })).subarray(0, 2000),
      /cut short|decoded/,
    ],
    'an empty file': [() => new Uint8Array(), /it is empty: 0 bytes/],
    'a GIF': [gif, /it is a GIF/],
    'an SVG': [svg, /it is an SVG drawing/],
    'a bomb': [bomb, /60,000,000 pixels \(10000 × 6000\), and at most 50,000,000/],
    'a long file': [() => new Uint8Array(1_000_001), /1,000,001 bytes long, and at most 1,000,000/],
    'a JPEG of nothing but its beginning': [() => Buffer.from('ffd8ffe0', 'hex'), /JPEG|cut short/],
  }
  for (const [what, [bytes, says]] of Object.entries(cases)) {
    it(`${what}: in words, from a path and in hand`, async () => {
      const made = await bytes()
      await assert.rejects(images.inspect({ bytes: made }), says)
      await assert.rejects(images.inspect(kept('refused', made)), says)
    })
  }
  it('a folder, and a file that is not there', async () => {
    mkdirSync(path.join(folder, 'x.jpg'))
    await assert.rejects(images.inspect({ path: path.join(folder, 'x.jpg') }), /it is a folder/)
    await assert.rejects(images.inspect({ path: path.join(folder, 'none') }), /there is no such file/)
  })
  it('any bytes behind a good beginning: a picture or a failure, and the decoder lives', async () => {
    const whole = [await jpeg(), await png(), await webp()]
    const spoilt = fc
      .tuple(fc.constantFrom(...whole), fc.array(fc.tuple(fc.nat(4000), fc.nat(255))))
      .map(([bytes, changes]) => {
        const made = Uint8Array.from(bytes)
        for (const [at, value] of changes) made[12 + (at % (made.length - 12))] = value
        return made
      })
    await fc.assert(
      fc.asyncProperty(spoilt, async (bytes) => {
        const seen = await images.inspect({ bytes }).catch((error: unknown) => error)
        if (seen instanceof Error) assert.ok(seen instanceof Failure && seen.kind !== 'crashed', String(seen))
      }),
      { numRuns: 60 },
    )
  })
})

describe('fingerprints', () => {
  const marks = async (bytes: Promise<Buffer>) => (await images.inspect({ bytes: await bytes })).fingerprint
  it('stay near for another size, format and brightness, and lie far for other pictures', async () => {
    const drawing = { width: 300, height: 200, seed: 3 }
    const first = await marks(png(drawing))
    const same = [
      jpeg(drawing),
      waves(drawing).resize(120).webp({ quality: 60 }).toBuffer(),
      waves(drawing).modulate({ brightness: 1.1 }).jpeg({ quality: 50 }).toBuffer(),
    ]
    for (const bytes of same) assert.ok(distance(first, await marks(bytes)) <= 4)
    for (const seed of [4, 5, 6]) {
      assert.ok(distance(first, await marks(png({ ...drawing, seed }))) >= 12)
    }
  })
})

describe('reading pixels', () => {
  it('gives three bytes a pixel for grey, see-through, palette and 16-bit pictures', async () => {
    const sources = await Promise.all([
      waves().greyscale().png().toBuffer(),
      waves().ensureAlpha(0.5).png().toBuffer(),
      waves().png({ palette: true }).toBuffer(),
      waves().toColourspace('rgb16').png().toBuffer(),
      waves().toColourspace('cmyk').jpeg().toBuffer(),
    ])
    const as = { width: 16, height: 12, fit: 'stretch' } as const
    for (const read of await images.readMany(
      sources.map((bytes) => ({ bytes })),
      as,
    )) {
      assert.ok(!(read instanceof Error), String(read))
      assert.deepEqual([read.width, read.height, read.data.length], [16, 12, 16 * 12 * 3])
    }
  })
  it('covers by cutting the middle, stretches by bending', async () => {
    // red | green | blue, three squares beside each other
    const flag = Buffer.from([255, 0, 0, 0, 255, 0, 0, 0, 255])
    const bytes = await sharp(flag, { raw: { width: 3, height: 1, channels: 3 } })
      .resize(90, 30, { kernel: 'nearest' })
      .png()
      .toBuffer()
    const middle = async (fit: 'cover' | 'stretch') => {
      const [read] = (await images.readMany([{ bytes }], { width: 30, height: 30, fit })) as Pixels[]
      return [2, 15, 27].map((x) => [...read!.data.subarray((15 * 30 + x) * 3, (15 * 30 + x) * 3 + 3)])
    }
    const [red, green, blue] = [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ]
    assert.deepEqual(await middle('stretch'), [red, green, blue])
    assert.deepEqual(await middle('cover'), [green, green, green])
  })
  it('leaves a failure in its place, and order as it was', async () => {
    const good = await jpeg()
    const read = await images.readMany([{ bytes: good }, { bytes: gif() }, { bytes: good }], {
      width: 8,
      height: 8,
      fit: 'cover',
    })
    assert.deepEqual(
      read.map((one) => one instanceof Error),
      [false, true, false],
    )
    assert.deepEqual(read[0], read[2])
  })
})

describe('the decoders', { skip: process.platform === 'win32' && 'there is no ps' }, () => {
  const childrenOf = (parent: number): readonly number[] =>
    execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
      .flatMap(([pid, of]) => (of === parent ? [pid!] : []))
  const isThere = (pid: number): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }

  it('start at the first use, and end with a parent that was killed', async () => {
    const door = new URL('../../src/images/index.ts', import.meta.url).href
    const program = `
      const { openImages } = await import('${door}')
      const images = openImages({ pixelsMax: 1e6, bytesMax: 1e6, children: 2 })
      console.log('opened')
      process.stdin.once('data', async () => {
        await images.inspect({ bytes: Buffer.from('${(await png()).toString('base64')}', 'base64') })
        console.log('used')
      })`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program])
    await once(parent.stdout, 'data')
    assert.deepEqual(childrenOf(parent.pid!), [])
    parent.stdin.write('go')
    await once(parent.stdout, 'data')
    const [decoder] = childrenOf(parent.pid!)
    assert.ok(decoder !== undefined && isThere(decoder))
    parent.kill('SIGKILL')
    for (let waited = 0; isThere(decoder) && waited < 5000; waited += 50) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    assert.equal(isThere(decoder), false)
  })
})
