// Reverse-mode differentiation, graph to graph: backward from the loss, each operator's row adds its part.
import { Failure } from '../base/index.ts'
import { build, type Builder } from './build.ts'
import { textOf } from './dims.ts'
import type { Graph, Node, Value } from './graph.ts'
import { absent, type Inputs } from './ops/op.ts'
import { opOf } from './ops/table.ts'

/** The output of a differentiated graph that holds the gradient of the loss by `name`. */
export const gradientOf = (name: string): string => `gradient of ${name}`

/** The graph with one more output for each of `by` (inputs or constants): `gradientOf` its name. */
export function differentiate(graph: Graph, loss: string, by: readonly string[]): Graph {
  const value = valueIn(graph, loss)
  for (const name of by) valueIn(graph, name)
  if (value.shape.some((dim) => dim !== 1)) {
    throw new Failure(
      'bad-input',
      `cannot differentiate ${loss}: a loss is one number, and it is ${textOf(value.shape)}`,
    )
  }
  const g = build(graph)
  const gradients = new Map([[loss, g.expandAs(g.scalar(1, value.type), value)]])
  const moving = dependents(graph, by)
  for (const node of graph.nodes.toReversed()) {
    const dy = gradients.get(node.output)
    if (dy && moving.has(node.output)) addTo(gradients, backward({ g, graph, node, dy, moving }), g)
  }
  const kept = [...new Set([...graph.outputs, loss])].map((name) => [name, valueIn(graph, name)] as const)
  const added = by.map((name) => {
    const zero = () => g.expandAs(g.scalar(0, value.type), valueIn(graph, name))
    return [gradientOf(name), gradients.get(name) ?? zero()] as const
  })
  return g.graph(graph.name, Object.fromEntries([...kept, ...added]))
}

/** What changes where one of `names` changes. */
function dependents(graph: Graph, names: readonly string[]): ReadonlySet<string> {
  const moving = new Set(names)
  for (const { inputs, output } of graph.nodes)
    if (inputs.some((name) => moving.has(name))) moving.add(output)
  return moving
}

type At = {
  readonly g: Builder
  readonly graph: Graph
  readonly node: Node
  readonly dy: Value
  readonly moving: ReadonlySet<string>
}

/** A node's part: gradients by those of its inputs that move. */
function backward({ g, graph, node, dy, moving }: At): [name: string, gradient: Value][] {
  const { gradient } = opOf(node.op)
  if (typeof gradient !== 'function') {
    throw new Failure(
      'bad-input',
      `cannot differentiate through ${node.op} (${node.output}): ${gradient.none}`,
    )
  }
  const given = node.inputs.map((name) => graph.values.get(name) ?? absent)
  const [a = absent, b = absent, c = absent, d = absent, e = absent, ...more] = given
  const x: Inputs = [a, b, c, d, e, ...more]
  const wants = (input: number): boolean => moving.has(node.inputs[input] ?? '')
  const parts = gradient({ x, y: valueIn(graph, node.output), dy, a: node.attributes, wants }, g)
  return node.inputs.flatMap((name, i) => {
    const part = parts[i]
    return part && wants(i) ? [[name, part] as [string, Value]] : []
  })
}

/** A value used twice has the sum of both gradients. */
function addTo(gradients: Map<string, Value>, parts: readonly [string, Value][], g: Builder): void {
  for (const [name, part] of parts) {
    const there = gradients.get(name)
    gradients.set(name, there ? g.add(there, part) : part)
  }
}

function valueIn(graph: Graph, name: string): Value {
  const value = graph.values.get(name)
  if (value) return value
  throw new Failure('bad-input', `cannot differentiate: the graph ${graph.name} has no value named ${name}`)
}
