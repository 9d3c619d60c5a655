import { assert, Failure } from '../base/index.ts'
import { build, type Graph } from '../graph/index.ts'
import { matrix, type Matrix } from '../math/index.ts'
import type { Session } from './runtime.ts'

/** A · Bᵀ, of any sizes. */
export function productGraph(): Graph {
  const g = build()
  const a = g.input('a', 'float32', ['rows', 'width'])
  const b = g.input('b', 'float32', ['columns', 'width'])
  return g.graph('product', { product: g.gemm(a, b, { transB: 1 }) })
}

/** A · B, of any sizes. */
export function combinationGraph(): Graph {
  const g = build()
  const a = g.input('a', 'float32', ['rows', 'width'])
  const b = g.input('b', 'float32', ['width', 'columns'])
  return g.graph('combination', { product: g.gemm(a, b, {}) })
}

export async function product(session: Session, a: Matrix, b: Matrix): Promise<Matrix> {
  assert(a.columns === b.columns, `A · Bᵀ needs rows of one width, not ${a.columns} and ${b.columns}`)
  return run(session, { a, b, columns: b.rows })
}

export async function combination(session: Session, a: Matrix, b: Matrix): Promise<Matrix> {
  assert(a.columns === b.rows, `A · B needs a row for each column, not ${b.rows} for ${a.columns}`)
  return run(session, { a, b, columns: b.columns })
}

type Of = { readonly a: Matrix; readonly b: Matrix; readonly columns: number }

async function run(session: Session, { a, b, columns }: Of): Promise<Matrix> {
  if (a.rows === 0 || columns === 0 || a.columns === 0) return matrix(a.rows, columns)
  const out = await session.run({
    a: { shape: [a.rows, a.columns], data: a.data },
    b: { shape: [b.rows, b.columns], data: b.data },
  })
  const data = out['product']?.data
  if (data instanceof Float32Array) return matrix(a.rows, columns, data)
  throw new Failure('crashed', 'a matrix product gave no numbers')
}
