// The text side of a project's encoder, where it has one: class names in a space that its images share.
import { Failure, type Project } from '../../base/index.ts'
import type { Space } from '../../cluster/index.ts'
import type { Matrix } from '../../math/index.ts'
import { textFor } from '../../runtime/index.ts'
import type { World } from '../world.ts'

/** Either both, or the reason why the names cannot be read. */
export type TextSide = (Pick<Space, 'joint' | 'text'> & { readonly why: null }) | { readonly why: string }

type Asked = { readonly rows: Matrix; readonly names: readonly string[] }

export async function textSideOf(
  { runtime, progress }: World,
  { encoder }: Pick<Project, 'encoder'>,
  { rows, names }: Asked,
): Promise<TextSide> {
  const name = textFor(encoder)
  if (name === null) return { why: `the encoder ${encoder} has no text side` }
  if (names.length === 0) return { why: 'there are no class names' }
  try {
    const text = await runtime.textOf(names, { text: name, say: progress })
    if (text.data.every((x) => x === 0)) return { why: `${name} knows none of the class names` }
    return { text, joint: await runtime.jointOf(rows, { text: name, encoder }), why: null }
  } catch (error) {
    // Without a network, examples do as well: only who has neither must be told.
    if (error instanceof Failure && error.kind === 'no-network') return { why: error.message }
    throw error
  }
}
