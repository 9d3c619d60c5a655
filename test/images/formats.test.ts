import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import * as fc from 'fast-check'
import { Failure } from '../../src/base/index.ts'
import { extensionFault, formatOf } from '../../src/images/formats.ts'
import { gif, jpeg, png, svg, webp } from '../fixtures/pictures.ts'

describe('what bytes are', () => {
  for (const [format, draw] of Object.entries({ jpeg, png, webp })) {
    it(`knows ${format} by its first bytes`, async () => assert.equal(formatOf(await draw()), format))
  }
  const others: Record<string, Uint8Array> = {
    'a GIF': gif(),
    'an SVG drawing': svg(),
    'an XML or HTML page': Buffer.from('<!doctype html><p>'),
    'a BMP': Buffer.from('BM\x46\0\0\0\0\0\0\0', 'latin1'),
    'a TIFF': Buffer.from('II*\0\x08\0\0\0', 'latin1'),
    'a HEIF or AVIF': Buffer.from('\0\0\0\x1cftypavif', 'latin1'),
    'a video': Buffer.from('\0\0\0\x1cftypisom', 'latin1'),
    'a PDF': Buffer.from('%PDF-1.7'),
    'a zip archive': Buffer.from('PK\x03\x04'),
    text: Buffer.from('a list of birds\n'),
    'of no known kind': Buffer.from([0, 1, 2, 3]),
  }
  for (const [says, bytes] of Object.entries(others)) {
    it(`refuses ${says}, and names it`, () =>
      assert.throws(() => formatOf(bytes), new RegExp(`it is ${says}, and only JPEG, PNG and WebP`)))
  }
})

test('a drawing behind a comment is still a drawing', () =>
  assert.throws(() => formatOf(Buffer.from('<!-- by hand -->\n<svg/>')), /an SVG drawing/))

test('any bytes are either a format or a failure in words', () =>
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      try {
        assert.ok(['jpeg', 'png', 'webp'].includes(formatOf(bytes)))
      } catch (error) {
        assert.ok(error instanceof Failure && error.kind === 'not-an-image')
      }
    }),
  ))

describe('a name', () => {
  const fits = ['a.jpg', 'b/c.JPEG', 'x.tar.jpg', 'é.jfif']
  for (const name of fits)
    it(`${name} fits a JPEG`, () => assert.equal(extensionFault(name, 'jpeg'), undefined))
  const faults: Record<string, RegExp> = {
    'a.png': /ends in \.png, and it holds a JPEG: rename it to end in \.jpg/,
    'a.jpg/b': /no extension, and it holds a JPEG/,
    '.jpg': /no extension/,
    'a.': /no extension/,
  }
  for (const [name, says] of Object.entries(faults)) {
    it(`${name} does not`, () => assert.match(extensionFault(name, 'jpeg')!, says))
  }
})
