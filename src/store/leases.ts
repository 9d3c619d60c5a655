import type { ImageId } from '../base/index.ts'
import { projectRow } from './projects.ts'
import { among, type Rows } from './sqlite.ts'
import type { Leases } from './store-of-sessions.ts'

export const leasesOver = (rows: Rows): Leases => ({
  take: (project, images, { by, now, until, count }) =>
    rows.write(async (w) => {
      const { id } = await projectRow(w.db, project)
      await w.db.deleteFrom('lease').where('project', '=', id).where('until', '<=', now).execute()
      const held = await w.db
        .selectFrom('lease')
        .select('image')
        .where('project', '=', id)
        .where('person', '!=', by)
        .where('image', 'in', among(images))
        .execute()
      const isHeld = new Set<ImageId>(held.map((row) => row.image))
      const taken = images.filter((image) => !isHeld.has(image)).slice(0, count)
      w.many(
        `insert into lease (project, image, person, until) values (?, ?, ?, ?)
         on conflict (project, image) do update set person = excluded.person, until = excluded.until`,
        taken.map((image) => [id, image, by, until]),
      )
      return taken
    }),
  async ofOthers(project, { by, now }) {
    const { id } = await projectRow(rows.db, project)
    const held = await rows.db
      .selectFrom('lease')
      .select(['image', 'until'])
      .where('project', '=', id)
      .where('person', '!=', by)
      .where('until', '>', now)
      .execute()
    return new Map(held.map((row) => [row.image, row.until]))
  },
})
