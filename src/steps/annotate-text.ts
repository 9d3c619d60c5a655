// The text side of a project's encoder, where it has one: class names in a space that the images share.
import type { Project } from '../base/index.ts'
import type { Space } from '../cluster/index.ts'
import type { Matrix } from '../math/index.ts'
import type { World } from './world.ts'

export type TextSide = Pick<Space, 'joint' | 'text'>

export async function textSideOf(
  _world: World,
  _project: Project,
  _of: { readonly rows: Matrix; readonly names: readonly string[] },
): Promise<TextSide | null> {
  return null
}
