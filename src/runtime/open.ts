import { toOnnx, type Graph } from '../graph/index.ts'
import { headCurvature, headGuesses, headLesson } from '../nets/index.ts'
import { encoderAtHand, loadEncoder } from './encoders.ts'
import { guess, headFromOnnx, headToOnnx, trainHead } from './head.ts'
import { product, productGraph } from './matmul.ts'
import type { Encoder, Runtime, Session } from './runtime.ts'
import { openSession } from './session.ts'

export type RuntimeOptions = {
  /** Threads of each session. */
  readonly cores: number
  /** The folder where fetched encoders are kept. */
  readonly cache: string
}

/** Starts nothing until it is used; a session once made serves until the runtime is closed. */
export function openRuntime({ cores, cache }: RuntimeOptions): Runtime {
  const opened: Promise<Session>[] = []
  const open = (model: Uint8Array): Promise<Session> => {
    const session = openSession(model, { cores })
    opened.push(session)
    return session
  }
  const kept = new Map<() => Graph, Promise<Session>>()
  const sessionOf = (graph: () => Graph): Promise<Session> => {
    const session = kept.get(graph) ?? open(toOnnx(graph()))
    kept.set(graph, session)
    return session
  }
  // A prediction may not load 94 MB anew.
  const encoders = new Map<string, Promise<Encoder>>()
  const matmul: Runtime['matmul'] = async (a, b) => product(await sessionOf(productGraph), a, b)
  return {
    trainHead: async (rows, classOf, options) => {
      const tools = { matmul, lesson: sessionOf(headLesson), curvature: () => sessionOf(headCurvature) }
      return trainHead(tools, { rows, classOf }, options)
    },
    probabilities: async (head, rows) => guess(await sessionOf(headGuesses), head, rows),
    headToOnnx,
    headFromOnnx,
    open,
    matmul,
    encoder: (name, say) => {
      const ready = encoders.get(name) ?? loadEncoder(name, { cache, cores, open, ...(say ? { say } : {}) })
      encoders.set(name, ready)
      // What could not be fetched is tried again at the next call.
      ready.catch(() => encoders.get(name) === ready && encoders.delete(name))
      return ready
    },
    isAtHand: (name) => encoderAtHand(name, cache),
    close: async () => {
      for (const session of await Promise.allSettled(opened)) {
        if (session.status === 'fulfilled') await session.value.close()
      }
    },
  }
}
