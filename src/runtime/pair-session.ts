// What both sides of a pair ask of their models: one input of a kind, and an embedding among the outputs.
import { Failure } from '../base/index.ts'
import { matrix, normaliseInto, rowOf, type Matrix } from '../math/index.ts'
import type { Session, Tensor } from './runtime.ts'

type Wanted = { readonly file: string; readonly type: string; readonly rank: number }

export function onlyInput(session: Session, { file, type, rank }: Wanted): Session['takes'][number] {
  const [input, ...more] = session.takes
  if (input?.type === type && input.shape.length === rank && more.length === 0) return input
  const is = session.takes.map((it) => `${it.name}: ${it.type} [${it.shape.join(', ')}]`).join('; ')
  throw new Failure(
    'bad-input',
    `cannot use the encoder ${file}: it must take one ${type} tensor of ${rank} axes, and it takes ${is}`,
  )
}

/** By its name where several outputs are rows: what was projected into the space that both sides share. */
const shared = /embed|feature/i

export function embeddingIn(
  outputs: Readonly<Record<string, Tensor>>,
  { file, images }: { readonly file: string; readonly images: number },
): Matrix {
  const rows = Object.entries(outputs).filter(([, { shape }]) => shape.length === 2 && shape[0] === images)
  const [, found] = rows.find(([name]) => shared.test(name)) ?? rows[0] ?? []
  if (found?.data instanceof Float32Array) return matrix(images, found.shape[1]!, found.data)
  const gives = Object.entries(outputs).map(([name, { shape }]) => `${name} [${shape.join(', ')}]`)
  throw new Failure(
    'bad-input',
    `cannot use the encoder ${file}: it must give float32 rows, one each, and it gives ${gives.join('; ')}`,
  )
}

export function unitRows(rows: Matrix): Matrix {
  const unit = matrix(rows.rows, rows.columns, rows.data.slice())
  for (let i = 0; i < unit.rows; i++) normaliseInto(rowOf(unit, i))
  return unit
}
