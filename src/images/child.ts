// What runs in a child of the pool: a request in, a reply out. Strangers' bytes may crash it; only it.
import { Failure } from '../base/index.ts'
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

// One after another: the library keeps one error text a process, and two failing at once swap their reasons.
let last: Promise<unknown> = Promise.resolve()
process.on('message', ({ id, request }: { id: number; request: Request }) => {
  last = last
    .then(() => answer(request))
    .then(
      (value) => process.send!({ id, value }),
      (error: unknown) => {
        const kind = error instanceof Failure ? error.kind : 'not-an-image'
        process.send!({ id, error: { kind, message: (error as Error).message } })
      },
    )
})
// The parent is gone or has closed us: nobody waits for what is in hand.
process.on('disconnect', () => process.exit(0))
process.send!({ ready: true })
