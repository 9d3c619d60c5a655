import { sentenceOf, type Hash } from '../base/index.ts'
import { eachOf, hashOf } from './blob-files.ts'
import { isNamed, namedBlobs } from './named.ts'
import type { Rows } from './sqlite.ts'
import type { Blobs } from './store.ts'

/** A sentence for each fault; none when all is well. */
export async function faultsOf(rows: Rows, blobs: Blobs): Promise<readonly string[]> {
  const faults = (await rows.faults()).map((line) => `the database: ${line}`)
  const seen = new Set<Hash>()
  for await (const some of namedBlobs(rows)) {
    const fresh = some.filter(({ blob }) => !seen.has(blob) && seen.add(blob))
    await eachOf(fresh, async ({ blob, of, isPassing }) => {
      const fault = await faultOf(blobs, blob)
      if (!fault || (isPassing && !(await blobs.has(blob)))) return
      // A project may have been removed, and its bytes tidied away, while we looked.
      if (await isNamed(rows, blob)) faults.push(`${of}: ${fault}`)
    })
  }
  return [...faults, ...(await wrongCounters(rows))]
}

async function faultOf(blobs: Blobs, blob: Hash): Promise<string | undefined> {
  try {
    return hashOf(await blobs.get(blob)) === blob
      ? undefined
      : `the bytes of blob ${blob} are not what they were`
  } catch (thrown) {
    return sentenceOf(thrown)
  }
}

/** Counters are kept; here alone they are counted. */
async function wrongCounters(rows: Rows): Promise<readonly string[]> {
  const counted = await rows.db
    .selectFrom('image')
    .innerJoin('project', 'project.id', 'image.project')
    .select((e) => [
      'project.id',
      'split',
      e.fn.countAll<number>().as('images'),
      e.fn.count<number>('label').as('labelled'),
    ])
    .where('is_removed', '=', 0)
    .groupBy(['project.id', 'split'])
    .execute()
  const kept = await rows.db
    .selectFrom('tally')
    .innerJoin('project', 'project.id', 'tally.project')
    .select(['name', 'project', 'split', 'images', 'labelled'])
    .where('is_removed', '=', 0)
    .execute()
  return kept.flatMap(({ name, project, split, images, labelled }) => {
    const real = counted.find((c) => c.id === project && c.split === split) ?? { images: 0, labelled: 0 }
    if (real.images === images && real.labelled === labelled) return []
    return [
      `the counters of "${name}" say ${images} images and ${labelled} labels in ${split}: ` +
        `there are ${real.images} and ${real.labelled}`,
    ]
  })
}
