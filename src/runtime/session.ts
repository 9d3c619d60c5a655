// The one place that knows ONNX Runtime's own interface.
import { availableParallelism } from 'node:os'
import type ort from 'onnxruntime-node'
import { Failure, sentenceOf } from '../base/index.ts'
import type { Fed, Session, Tensor } from './runtime.ts'

export type SessionOptions = { readonly cores?: number }

/**
 * The same feeds give the same bytes: a fixed number of threads share each operator in the same way. A model
 * given by its path finds the weights that lie in files beside it.
 */
export async function openSession(
  model: Uint8Array | string,
  options: SessionOptions = {},
): Promise<Session> {
  // Loaded at the first session: faces open this room for its tables alone, and must not hold native code.
  const { default: native } = await import('onnxruntime-node')
  const settings: ort.InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    intraOpNumThreads: options.cores ?? availableParallelism(),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // Spinning pools steal cores from each other: with eight sessions GEMM fell to a third (engine facts).
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  }
  const { create } = native.InferenceSession
  const session = await (typeof model === 'string' ? create(model, settings) : create(model, settings)).catch(
    (thrown: unknown) => {
      throw new Failure('bad-input', `cannot load the ONNX model: ${sentenceOf(thrown)}`, { cause: thrown })
    },
  )
  let released: Promise<void> | undefined
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    takes: session.inputMetadata.flatMap((it) =>
      it.isTensor ? [{ name: it.name, type: it.type, shape: it.shape }] : [],
    ),
    run: async (feeds) => {
      const given = Object.entries(feeds).map(([name, it]) => [name, fed(name, it, native.Tensor)] as const)
      const results = await session.run(Object.fromEntries(given))
      return Object.fromEntries(Object.entries(results).map(([name, it]) => [name, fetched(name, it)]))
    },
    close: () => (released ??= session.release()),
  }
}

/** A view, not a copy: ONNX Runtime reads the numbers where they lie. */
function fed(name: string, { shape, data }: Fed, Made: typeof ort.Tensor): ort.Tensor {
  const size = shape.reduce((product, dim) => product * dim, 1)
  if (size !== data.length) {
    throw new Failure(
      'bad-input',
      `cannot run a model: its input ${name} of [${shape.join(', ')}] takes ${size} numbers, and ${data.length} were given`,
    )
  }
  if (data instanceof Float32Array) return new Made('float32', data, shape)
  if (data instanceof Int32Array) return new Made('int32', data, shape)
  if (data instanceof BigInt64Array) return new Made('int64', data, shape)
  return new Made('uint8', data, shape)
}

function fetched(name: string, { dims, data, type }: ort.Tensor): Tensor {
  if (data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array) {
    return { shape: dims, data }
  }
  throw new Failure(
    'bad-input',
    `cannot read the output ${name} of a model: its numbers must be float32, int32 or uint8, and they are ${type}`,
  )
}
