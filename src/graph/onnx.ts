import { Failure } from '../base/index.ts'
import {
  elementTypes,
  readOnnx,
  writeOnnx,
  type ElementType,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
} from '../formats/index.ts'
import { build } from './build.ts'
import type { Attributes, Graph, Node, Value } from './graph.ts'
import { opNames, opOf } from './ops/table.ts'
import type { AttributeRule } from './ops/op.ts'

// The last before WebGPU's kernels of ONNX Runtime 1.30 end (Transpose stops at 20).
const opset = 20
// From 18 on reductions take their axes as an input, as our table says.
const opsetLeast = 18

export function toOnnx(graph: Graph, notes: Readonly<Record<string, string>> = {}): Uint8Array {
  const value = (name: string): Value => graph.values.get(name)!
  return writeOnnx({
    opset,
    name: graph.name,
    inputs: graph.inputs.map(value),
    outputs: graph.outputs.map(value),
    constants: graph.constants,
    nodes: graph.nodes.map(written),
    notes,
  })
}

function written({ op, inputs, output, attributes }: Node): OnnxNode {
  const row = opOf(op)
  const unused = Array.from({ length: row.as?.output ?? 0 }, (_, i) => `${output} (output ${i}, unused)`)
  const kinds = row.attributes ?? {}
  const pairs = Object.entries(attributes).map(([name, it]) => [name, writtenAs(it, kinds[name]!)] as const)
  return {
    op: row.as?.op ?? op,
    domain: row.domain ?? '',
    inputs,
    outputs: [...unused, output],
    attributes: Object.fromEntries(pairs),
  }
}

function writtenAs(value: Attributes[string], { kind }: AttributeRule): OnnxAttribute {
  if (kind === 'int') return { int: value as number }
  if (kind === 'float') return { float: value as number }
  if (kind === 'ints') return { ints: value as readonly number[] }
  if (kind === 'type') return { int: elementTypes[value as ElementType].code }
  return { text: value as string }
}

/** Any file whose operators stand in the table. */
export function fromOnnx(file: Uint8Array): Graph {
  const model = readOnnx(file)
  if (model.opset < opsetLeast) {
    throw new Failure(
      'bad-input',
      `cannot read the model ${model.name}: its operators must be of version ${opsetLeast} or newer, and they are of ${model.opset}`,
    )
  }
  const g = build()
  const values = new Map<string, Value | null>([['', null]])
  for (const { name, type, shape } of model.inputs) values.set(name, g.input(name, type, shape))
  for (const [name, tensor] of model.constants) values.set(name, g.tensor(name, tensor))
  const valueOf = (name: string): Value | null => {
    const value = values.get(name)
    if (value !== undefined) return value
    throw new Failure('corrupt-data', `cannot read the model ${model.name}: nothing gives its value ${name}`)
  }
  for (const node of model.nodes) {
    const { op, name } = rowOf(node)
    const constant = constantOf(node)
    values.set(
      name,
      constant
        ? g.tensor(name, constant)
        : g.node({ op, name }, node.inputs.map(valueOf), attributesOf(node, op)),
    )
  }
  const outputs = model.outputs.map(({ name }) => [name, valueOf(name)!] as const)
  return g.graph(model.name, Object.fromEntries(outputs))
}

const constantOf = ({ op, attributes: { value } }: OnnxNode): OnnxTensor | null =>
  op === 'Constant' && value && 'tensor' in value ? value.tensor : null

/** A node that gives several outputs is a row for each; one at a time is all that our graphs hold. */
function rowOf({ op, domain, outputs }: OnnxNode): { readonly op: string; readonly name: string } {
  if (domain !== (opOf(op).domain ?? '')) {
    throw new Failure('bad-input', `cannot read the operator ${domain}.${op}: only ONNX's own are known`)
  }
  const further = opNames.find((name) => {
    const { as } = opOf(name)
    return as?.op === op && outputs.length === as.output + 1 && outputs[0]!.endsWith('unused)')
  })
  if (further) return { op: further, name: outputs.at(-1)! }
  if (outputs.length === 1) return { op, name: outputs[0]! }
  throw new Failure(
    'bad-input',
    `cannot read the operator ${op}: it must give one output, not ${outputs.length}`,
  )
}

function attributesOf({ attributes }: OnnxNode, op: string): Attributes {
  const kinds = opOf(op).attributes ?? {}
  return Object.fromEntries(
    Object.entries(attributes).map(([name, it]) => [name, readAs(it, kinds[name]?.kind)]),
  )
}

function readAs(it: OnnxAttribute, kind: string | undefined): Attributes[string] {
  if ('text' in it) return it.text
  if ('float' in it) return it.float
  if ('ints' in it) return it.ints
  if ('floats' in it) return it.floats
  if ('tensor' in it) throw new Failure('bad-input', 'cannot read an attribute that is a tensor')
  if (kind !== 'type') return it.int
  return Object.entries(elementTypes).find(([, { code }]) => code === it.int)?.[0] ?? it.int
}
