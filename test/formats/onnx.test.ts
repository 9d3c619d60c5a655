import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import * as fc from 'fast-check'
import {
  elementTypes,
  readOnnx,
  writeOnnx,
  type OnnxModel,
  type OnnxTensor,
} from '../../src/formats/index.ts'
import { bytesField, joined, packedField, textField, varintField } from '../../src/formats/protobuf.ts'
import { fieldsOf, varintsOf } from '../../src/formats/protobuf.ts'
import { openSession } from '../../src/runtime/session.ts'

const name = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
const number = fc.integer({ min: -(2 ** 40), max: 2 ** 40 })
const tensor: fc.Arbitrary<OnnxTensor> = fc
  .record({
    type: fc.constantFrom(...(Object.keys(elementTypes) as (keyof typeof elementTypes)[])),
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
  })
  .map(({ type, shape }) => {
    const size = shape.reduce((product, dim) => product * dim, elementTypes[type].bytes)
    return { type, shape, data: Uint8Array.from({ length: size }, (_, i) => i % 251) }
  })
const value = fc.record({
  name,
  type: fc.constantFrom('float32' as const, 'int64' as const),
  shape: fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), name), { maxLength: 4 }),
})
const attribute = fc.oneof(
  number.map((int) => ({ int })),
  fc.float({ noNaN: true }).map((float) => ({ float })),
  fc.string().map((text) => ({ text })),
  tensor.map((it) => ({ tensor: it })),
  fc.array(number, { minLength: 1 }).map((ints) => ({ ints })),
  fc.array(fc.float({ noNaN: true }), { minLength: 1 }).map((floats) => ({ floats })),
)
const node = fc.record({
  op: name,
  domain: fc.constantFrom('', 'com.microsoft'),
  inputs: fc.array(fc.oneof(name, fc.constant(''))),
  outputs: fc.array(name, { minLength: 1 }),
  attributes: fc.dictionary(name, attribute),
})
const model: fc.Arbitrary<OnnxModel> = fc
  .record({
    opset: fc.integer({ min: 1, max: 26 }),
    name,
    inputs: fc.array(value),
    outputs: fc.array(value),
    constants: fc.array(fc.tuple(name, tensor)).map((pairs) => new Map(pairs)),
    nodes: fc.array(node, { maxLength: 3 }),
    notes: fc.dictionary(name, fc.string()),
  })
  .map((it) => ({ ...it, inputs: it.inputs.filter((input) => !it.constants.has(input.name)) }))

/** Records of any prototype compare alike. */
const plain = (it: OnnxModel): OnnxModel => structuredClone(it)

test('any model that is written is read as it was', () =>
  fc.assert(
    fc.property(model, (it) => assert.deepEqual(plain(readOnnx(writeOnnx(it))), plain(it))),
    { numRuns: 100, seed: 1 },
  ))

test('a file that is cut short is refused with a sentence, wherever it is cut', () => {
  const file = writeOnnx(addition)
  let refused = 0
  for (let size = 0; size < file.length; size++) {
    try {
      readOnnx(file.subarray(0, size))
    } catch (thrown) {
      assert.equal((thrown as Error).name, 'Failure', `cut at ${size}: ${String(thrown)}`)
      refused++
    }
  }
  assert.ok(refused > file.length / 2)
})

test('what is written runs in ONNX Runtime', async () => {
  const session = await openSession(writeOnnx(addition), { cores: 1 })
  const { y } = await session.run({ x: { shape: [3], data: Float32Array.of(1, 2, 3) } })
  assert.deepEqual(y, { shape: [3], data: Float32Array.of(2, 4, 6) })
  await session.close()
})

const addition: OnnxModel = {
  opset: 20,
  name: 'addition',
  inputs: [{ name: 'x', type: 'float32', shape: ['n'] }],
  outputs: [{ name: 'y', type: 'float32', shape: ['n'] }],
  constants: new Map([['unused', { type: 'int64', shape: [2], data: new Uint8Array(16) }]]),
  nodes: [{ op: 'Add', domain: '', inputs: ['x', 'x'], outputs: ['y'], attributes: {} }],
  notes: { classes: 'wren, robin' },
}

describe('tensors of other writers', () => {
  const fileOf = (...fields: Parameters<typeof joined>[0][]) =>
    joined([bytesField(7, bytesField(5, [textField(8, 't'), ...fields])), bytesField(8, varintField(2, 20))])
  const read = (file: Uint8Array) => readOnnx(file).constants.get('t')!
  it('whose floats stand in their own field are read', () => {
    const floats = bytesField(4, new Uint8Array(Float32Array.of(1.5, -2).buffer))
    const { data } = read(fileOf(varintField(1, 2), varintField(2, 1), floats))
    assert.deepEqual(new Float32Array(data.slice().buffer), Float32Array.of(1.5, -2))
  })
  it('whose int64, int32, float16 and bytes stand in typed fields are read', () => {
    const of = (type: number, field: number) =>
      read(fileOf(packedField(1, [2]), varintField(2, type), packedField(field, [3, type === 2 ? 4 : -4])))
    const numbers = (type: number) => of(type, type === 7 ? 7 : 5).data.slice().buffer
    assert.deepEqual(new BigInt64Array(numbers(7)), BigInt64Array.of(3n, -4n))
    assert.deepEqual(new Int32Array(numbers(6)), Int32Array.of(3, -4))
    assert.deepEqual(new Int16Array(numbers(10)), Int16Array.of(3, -4))
    assert.deepEqual(new Uint8Array(numbers(2)), Uint8Array.of(3, 4))
  })
  it('that lie in another file are refused', () => {
    assert.throws(() => read(fileOf(varintField(2, 1), varintField(14, 1))), /t: its numbers lie in another/)
  })
  it('of an unknown type are refused, with its number', () => {
    assert.throws(() => read(fileOf(varintField(2, 99))), /not number 99/)
  })
  it('of fewer bytes than their shape promises are refused', () => {
    const file = fileOf(packedField(1, [3]), varintField(2, 1), bytesField(9, new Uint8Array(8)))
    assert.throws(() => read(file), /\[3\] of float32 takes 12 bytes, and 8 are there/)
  })
})

test('whole numbers come back from a message, negative ones too', () =>
  fc.assert(
    fc.property(fc.array(number, { minLength: 1 }), (numbers) => {
      const [packed] = [...fieldsOf(joined(packedField(3, numbers)))]
      assert.deepEqual(varintsOf(packed!), numbers)
      const single = [...fieldsOf(joined(numbers.map((n) => varintField(3, n))))]
      assert.deepEqual(single.flatMap(varintsOf), numbers)
    }),
    { seed: 1 },
  ))
test('a message with an unknown wire type is refused', () => {
  assert.throws(() => [...fieldsOf(Uint8Array.of(3))], /0, 1, 2 and 5, not 3/)
})
test('bytes that are no model are refused', () => {
  assert.throws(() => readOnnx(new Uint8Array(0)), /it has no graph/)
})
