// A network as a plain value: ONNX's own operators, with every shape known or named.
import type { Dim, ElementType, OnnxTensor } from '../formats/index.ts'
import type { Shape } from './dims.ts'

export type Value = {
  readonly name: string
  readonly type: ElementType
  readonly shape: Shape
  /** The numbers of a list of sizes, where they are known before the model runs. */
  readonly known?: readonly Dim[]
}
export type Attributes = Readonly<Record<string, number | string | readonly number[]>>
export type Node = {
  readonly op: string
  /** Names of values; '' is an optional input left out. */
  readonly inputs: readonly string[]
  readonly output: string
  readonly attributes: Attributes
}
export type Graph = {
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly constants: ReadonlyMap<string, OnnxTensor>
  /** In an order in which they can run. */
  readonly nodes: readonly Node[]
  /** Every name in the graph. */
  readonly values: ReadonlyMap<string, Value>
}

/** The graph without what its outputs do not need; inputs stay, as a model's signature. */
export function pruned(graph: Graph): Graph {
  const needed = new Set(graph.outputs)
  const nodes = graph.nodes.toReversed().filter((node) => {
    if (!needed.has(node.output)) return false
    for (const name of node.inputs) needed.add(name)
    return true
  })
  const keep = new Set([...needed, ...graph.inputs])
  return {
    ...graph,
    nodes: nodes.reverse(),
    constants: new Map([...graph.constants].filter(([name]) => needed.has(name))),
    values: new Map([...graph.values].filter(([name]) => keep.has(name))),
  }
}
