import { Failure, type Hash, type Image, type ImageId } from '../base/index.ts'
import { addImages } from './add-images.ts'
import type { Guesses } from './guesses.ts'
import { imageOf } from './image-row.ts'
import type { Packs } from './packs.ts'
import { idsOf, pageOf } from './pages.ts'
import { portions } from './portions.ts'
import { projectRow } from './projects.ts'
import { among, type Reading, type Rows } from './sqlite.ts'
import type { Images } from './store.ts'

type Over = { readonly guesses: Guesses; readonly packs: Packs }

export function imagesOver(rows: Rows, { guesses, packs }: Over): Images {
  return {
    add: (project, images, at) => rows.write((w) => addImages(w, project, { images, at })),
    async take(project, { images, written }, at) {
      const sealed = await packs.seal(written)
      const { idle, added } = await rows.write(async (w) => ({
        idle: await packs.name(w, sealed),
        added: await addImages(w, project, { images, at }),
      }))
      await packs.drop(idle)
      return added
    },
    async known(project, hashes) {
      const { id } = await projectRow(rows.db, project)
      const known = new Map<Hash, ImageId>()
      for await (const some of portions(hashes))
        for (const [hash, i] of await knownOf(rows.db, id, some)) known.set(hash, i)
      return known
    },
    async get(project, id) {
      const [image] = await byIds(rows.db, project, [id])
      if (image) return image
      throw new Failure('not-found', `there is no image ${id} in "${project}"`)
    },
    byIds: (project, ids) => byIds(rows.db, project, ids),
    page: (project, of) => pageOf(rows, guesses, { project, of }),
    ids: (project, where) => idsOf(rows, guesses, { project, where }),
  }
}

async function knownOf(db: Reading, project: number, hashes: readonly Hash[]): Promise<Map<Hash, ImageId>> {
  const rows = await db
    .selectFrom('image')
    .select(['hash', 'id'])
    .where('project', '=', project)
    .where('hash', 'in', among(hashes))
    .execute()
  return new Map(rows.map((row) => [row.hash, row.id]))
}

/** In the order asked for; an id that the project lacks is left out. */
async function byIds(db: Reading, project: string, ids: readonly ImageId[]): Promise<readonly Image[]> {
  const { id } = await projectRow(db, project)
  const found = new Map<ImageId, Image>()
  for await (const some of portions(ids, 2000)) {
    const rows = await db.selectFrom('image').selectAll().where('id', 'in', among(some)).execute()
    for (const row of rows) if (row.project === id) found.set(row.id, imageOf(row))
  }
  return ids.flatMap((one) => found.get(one) ?? [])
}
