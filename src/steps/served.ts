// Versions made ready to predict, kept by the process that predicts.
import { Failure, type ImageId, type Model, type Project } from '../base/index.ts'
import type { Head } from '../runtime/index.ts'
import type { Store } from '../store/index.ts'
import { rowsFor } from './embeddings.ts'
import type { World } from './world.ts'

const keptMax = 16 // heads are small, 80 KB for 10 classes of 2048; more projects than that load anew
const keptOf = new WeakMap<Store, Map<string, Promise<Head>>>()

/** A version's head; loaded once a process, because versions never change. */
export function headOf(
  { store, runtime }: Pick<World, 'store' | 'runtime'>,
  project: Pick<Project, 'name' | 'createdAt'>,
  model: Model,
): Promise<Head> {
  const kept = keptOf.get(store) ?? new Map<string, Promise<Head>>()
  keptOf.set(store, kept)
  const key = `${project.name} ${project.createdAt} ${model.version}`
  const loaded = kept.get(key) ?? store.blobs.get(model.blob).then((bytes) => runtime.headFromOnnx(bytes))
  // Set again at the end: the first of the map is the one not used for longest.
  kept.delete(key)
  kept.set(key, loaded)
  loaded.catch(() => kept.delete(key))
  for (const oldest of kept.keys()) if (kept.size > keptMax) kept.delete(oldest)
  return loaded
}

// Products summed in another order differ in the sixth digit; a wrong weight moves the second.
const goldenTolerance = 1e-3

/** Loads the version's file, warms it, and compares what it gives with what its card promises. */
export async function checkGolden(
  { store, runtime }: Pick<World, 'store' | 'runtime'>,
  project: Pick<Project, 'name' | 'createdAt'>,
  model: Model,
): Promise<void> {
  const { golden, encoder, classes } = model.card
  const { ids, rows } = await rowsFor(
    store,
    { ...project, encoder },
    golden.map((g) => g.image),
  )
  if (ids.length === 0) {
    throw new Failure(
      'not-ready',
      `cannot publish version ${model.version}: none of its ${golden.length} golden images has an embedding`,
    )
  }
  const session = await runtime.open(await store.blobs.get(model.blob))
  try {
    const embedding = { shape: [rows.rows, rows.columns], data: rows.data }
    const given = (await session.run({ embedding }))['probabilities']
    const width = classes.length
    ids.forEach((id, i) =>
      compare(
        model,
        id,
        Array.from({ length: width }, (_, c) => Number(given?.data[i * width + c])),
      ),
    )
  } finally {
    await session.close()
  }
}

function compare(model: Model, image: ImageId, given: readonly number[]): void {
  const promised = model.card.golden.find((g) => g.image === image)!.probabilities
  const apart = Math.max(...promised.map((p, c) => Math.abs(p - given[c]!)))
  if (apart <= goldenTolerance) return
  throw new Failure(
    'corrupt-data',
    `cannot publish version ${model.version}: on golden image ${image} its probabilities must be within ` +
      `${goldenTolerance} of those on its card, and they are ${apart} apart`,
  )
}
