import type { Hash, ImageId, Time } from '../base/index.ts'
import { place } from './closures.ts'
import { nextIds } from './ids.ts'
import { nearAndRemember } from './near.ts'
import { portions } from './portions.ts'
import { projectRow } from './projects.ts'
import { among, type Writing } from './sqlite.ts'
import type { Added, NewImage } from './store.ts'
import { openTally } from './tally.ts'

const insert = `insert into image (id, project, hash, thumbnail, name, width, height, size_bytes, format,
  group_name, near_to, closure, split, label, is_skipped, added_at)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null, 0, ?)`
// 500 images take about 20 ms.
const atOnce = 500

export async function addImages(
  w: Writing,
  name: string,
  { images, at }: { readonly images: readonly NewImage[]; readonly at: Time },
): Promise<Added> {
  const project = await projectRow(w.db, name)
  const tally = openTally()
  const known = new Map<Hash, ImageId>()
  const count = { added: 0, nearDuplicates: 0 }
  for await (const some of portions(images, atOnce)) {
    const fresh = await unknownOf(w, project.id, { images: some, known })
    if (fresh.length === 0) continue
    let id = (await nextIds(w.db, 'image', fresh.length)) as ImageId
    for (const image of fresh) {
      const near = nearAndRemember(w, { project: project.id, id, fingerprint: image.fingerprint })
      const newcomer = { id, hash: image.hash, group: image.group, near }
      const { closure, split } = place(w, project, { newcomer, tally })
      w.many(insert, [
        [
          id,
          project.id,
          image.hash,
          image.thumbnail,
          image.name,
          image.width,
          image.height,
          image.sizeBytes,
          image.format,
          image.group,
          near[0] ?? null,
          closure,
          split,
          at,
        ],
      ])
      tally.add(split, { images: 1 })
      count.nearDuplicates += near.length > 0 ? 1 : 0
      known.set(image.hash, id)
      project.last_image = id
      id = (id + 1) as ImageId
    }
    count.added += fresh.length
  }
  tally.write(w, project.id)
  w.many('update project set last_image = ? where id = ?', [[project.last_image, project.id]])
  const ids = images.map((image) => known.get(image.hash)!)
  return { ids, ...count, alreadyThere: images.length - count.added }
}

/** Those that are new, each once; the others become known. */
async function unknownOf(
  w: Writing,
  project: number,
  { images, known }: { readonly images: readonly NewImage[]; readonly known: Map<Hash, ImageId> },
): Promise<readonly NewImage[]> {
  const there = await w.db
    .selectFrom('image')
    .select(['hash', 'id'])
    .where('project', '=', project)
    .where('hash', 'in', among(images.map((image) => image.hash)))
    .execute()
  for (const { hash, id } of there) known.set(hash, id)
  const fresh = new Map<Hash, NewImage>()
  for (const image of images) {
    if (!known.has(image.hash) && !fresh.has(image.hash)) fresh.set(image.hash, image)
  }
  return [...fresh.values()]
}
