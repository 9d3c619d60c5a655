// What runs in a child of the pool that decodes. Strangers' bytes may crash it; only it.
import { serve } from '../processes/index.ts'
import { look, type Limits, pixelsOf, take } from './decode.ts'
import type { Preprocessing, Source } from './images.ts'

export type Request =
  | { readonly want: 'look'; readonly source: Source; readonly limits: Limits }
  | { readonly want: 'take'; readonly source: Source; readonly into: string; readonly limits: Limits }
  | { readonly want: 'pixels'; readonly source: Source; readonly as: Preprocessing; readonly limits: Limits }

function answer(request: Request): Promise<unknown> {
  const { source, limits } = request
  if (request.want === 'look') return look(source, limits)
  if (request.want === 'take') return take(source, request.into, limits)
  return pixelsOf(source, request.as, limits)
}

serve(() => (request) => answer(request as Request), 'not-an-image')
