import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { readNpy, writeNpy } from '../../src/formats/index.ts'

// numpy.save(f, numpy.array([[1, -0.5, 65504]], '<f2')), NumPy 1.26
const byNumPy = Buffer.concat([
  Buffer.from([0x93]),
  Buffer.from('NUMPY'),
  Buffer.from([1, 0, 118, 0]),
  Buffer.from(`{'descr': '<f2', 'fortran_order': False, 'shape': (1, 3), }`.padEnd(117) + '\n'),
  Buffer.from([0x00, 0x3c, 0x00, 0xb8, 0xff, 0x7b]),
])
const rounded = (x: number): number => readNpy(writeNpy('float16', [1], Float32Array.of(x))).data[0]!

describe('an .npy file', () => {
  it('is, byte for byte, what NumPy writes', () => {
    assert.deepEqual(Buffer.from(writeNpy('float16', [1, 3], Float32Array.of(1, -0.5, 65504))), byNumPy)
    assert.deepEqual(readNpy(byNumPy), { shape: [1, 3], data: Float32Array.of(1, -0.5, 65504) })
  })
  it('gives float32 back exactly, in any shape and at any offset', () => {
    const some = fc.array(fc.float(), { maxLength: 50 }).map((all) => Float32Array.from(all))
    fc.assert(
      fc.property(some, fc.nat({ max: 7 }), (data, offset) => {
        const bytes = writeNpy('float32', [data.length], data)
        const askew = new Uint8Array(bytes.length + offset)
        askew.set(bytes, offset)
        assert.deepEqual(readNpy(askew.subarray(offset)), { shape: [data.length], data })
      }),
    )
  })
  it('gives back every one of the 65,536 values of float16', () => {
    const bytes = writeNpy('float16', [65_536], new Float32Array(65_536))
    const halves = new DataView(bytes.buffer, bytes.length - 131_072)
    for (let half = 0; half < 65_536; half++) halves.setUint16(2 * half, half, true)
    const { data } = readNpy(bytes)
    const again = new DataView(writeNpy('float16', [65_536], data).buffer, bytes.length - 131_072)
    for (let half = 0; half < 65_536; half++) {
      if (Number.isNaN(data[half]!)) continue
      assert.equal(again.getUint16(2 * half, true), half, `the half ${half.toString(16)}, ${data[half]}`)
    }
  })
  it('rounds as the language itself does', () => {
    // Float16Array is newer than our TypeScript's library.
    const Half = (globalThis as { Float16Array?: { from(all: number[]): ArrayLike<number> } }).Float16Array
    if (!Half) return
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (x) => assert.equal(rounded(x), Half.from([x])[0])),
      {
        numRuns: 2000,
        examples: [[65519], [65520], [2 ** -25], [2 ** -24], [-(2 ** -14)]].map(([x]) => [Math.fround(x!)]),
      },
    )
  })
  it('keeps numbers that are none', () => {
    assert.ok(Number.isNaN(rounded(NaN)))
    assert.deepEqual([rounded(Infinity), rounded(-1e9)], [Infinity, -Infinity])
  })
  it('says what is wrong with bytes that it cannot read', () => {
    const wrong = (from: string, to: string) =>
      Buffer.from(byNumPy.toString('latin1').replace(from, to), 'latin1')
    const cases: readonly (readonly [Uint8Array, RegExp])[] = [
      [Buffer.from('PNG'), /does not begin with/],
      [byNumPy.subarray(0, 8), /ends after 8 bytes/],
      [byNumPy.subarray(0, -1), /takes 134 bytes, and there are 133/],
      [wrong('<f2', '<c8'), /holds "<c8"/],
      [wrong('False', 'True '), /Fortran order/],
      [wrong('shape', 'shaqe'), /names no shape/],
    ]
    for (const [bytes, why] of cases)
      assert.throws(() => readNpy(bytes), { kind: 'corrupt-data', message: why })
  })
})
