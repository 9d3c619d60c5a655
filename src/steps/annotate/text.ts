// The text side of what made the vectors, where it has one: class names in a space that the images share.
import { Failure } from '../../base/index.ts'
import type { Space } from '../../cluster/index.ts'
import type { Matrix } from '../../math/index.ts'
import { textFor } from '../../runtime/index.ts'
import type { World } from '../world.ts'

/** Either both, or the reason why the names cannot be read. */
export type TextSide = (Pick<Space, 'joint' | 'text'> & { readonly why: null }) | { readonly why: string }

type Asked = {
  readonly rows: Matrix
  readonly names: readonly string[]
  /** Another text side than the encoder's own. */
  readonly by?: string | undefined
}

export async function textSideOf(
  { runtime, progress }: World,
  encoder: string | null,
  { rows, names, by }: Asked,
): Promise<TextSide> {
  if (names.length === 0) return { why: 'there are no class names' }
  const name = by ?? (encoder === null ? null : textFor(encoder))
  if (name === null && encoder === null)
    return { why: 'class names can be compared with vectors only where it is known what made these' }
  if (name === null) return { why: `the encoder ${encoder} has no text side` }
  try {
    // Two spaces are refused before anything is fetched or read.
    const joint = await runtime.jointOf(rows, { text: name, encoder: encoder ?? name, say: progress })
    const text = await runtime.textOf(names, { text: name, say: progress })
    if (text.data.every((x) => x === 0)) return { why: `${name} knows none of the class names` }
    return { text, joint, why: null }
  } catch (error) {
    if (error instanceof Failure && isLack(error, by)) return { why: error.message }
    throw error
  }
}

/** Without a network, or with an encoder that has no text side, examples do as well: who has none is told. */
const isLack = ({ kind }: Failure, asked: string | undefined): boolean =>
  kind === 'no-network' || (kind === 'not-found' && asked === undefined)
