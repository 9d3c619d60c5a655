import { toOnnx, type Graph } from '../graph/index.ts'
import { headCurvature, headGuesses, headLesson } from '../nets/index.ts'
import type { Say } from './encoder-fetch.ts'
import { encoderAtHand, loadEncoder } from './encoders.ts'
import { guess, headFromOnnx, headToOnnx, trainHead } from './head.ts'
import { combination, combinationGraph, product, productGraph } from './matmul.ts'
import type { Runtime, Session } from './runtime.ts'
import { openSession } from './session.ts'
import { textRow, textRowFor } from './texts.ts'

export type RuntimeOptions = {
  /** Threads of each session. */
  readonly cores: number
  /** The folder where fetched encoders are kept. */
  readonly cache: string
}

/** Starts nothing until it is used; a session once made serves until the runtime is closed. */
export function openRuntime({ cores, cache }: RuntimeOptions): Runtime {
  const opened: Promise<Session>[] = []
  const open = (model: Uint8Array | string): Promise<Session> => {
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
  const encoders = onceEach((name, say) => loadEncoder(name, { cache, cores, open, say }))
  const matmul: Runtime['matmul'] = async (a, b) => product(await sessionOf(productGraph), a, b)
  const probabilities: Runtime['probabilities'] = async (head, rows) =>
    guess(await sessionOf(headGuesses), head, rows)
  const texts = { cache, say: silent, guess: probabilities, open }
  const joints = onceEach((name, say) => textRow(name).jointOf({ ...texts, say }))
  return {
    trainHead: async (rows, classOf, options) => {
      const tools = { matmul, lesson: sessionOf(headLesson), curvature: () => sessionOf(headCurvature) }
      return trainHead(tools, { rows, classOf }, options)
    },
    probabilities,
    headToOnnx,
    headFromOnnx,
    open,
    matmul,
    combined: async (a, b) => combination(await sessionOf(combinationGraph), a, b),
    encoder: (name, say = silent) => encoders(name, say),
    isAtHand: (name) => encoderAtHand(name, cache),
    textOf: async (names, { text = 'words', say = silent } = {}) =>
      textRow(text).rowsOf(names, { ...texts, say }),
    jointOf: async (embeddings, { encoder, text = 'words', say = silent }) => {
      textRowFor(text, encoder)
      return (await joints(text, say))(embeddings)
    },
    close: async () => {
      for (const session of await Promise.allSettled(opened)) {
        if (session.status === 'fulfilled') await session.value.close()
      }
    },
  }
}

const silent: Say = () => undefined

/** Made at the first call of each name. What failed (a fetch without network) is tried again at the next. */
function onceEach<T>(make: (name: string, say: Say) => Promise<T>): (name: string, say: Say) => Promise<T> {
  const made = new Map<string, Promise<T>>()
  return (name, say) => {
    const ready = made.get(name) ?? make(name, say)
    made.set(name, ready)
    ready.catch(() => made.get(name) === ready && made.delete(name))
    return ready
  }
}
