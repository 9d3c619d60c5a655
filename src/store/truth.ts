import type { ClassId, ImageId } from '../base/index.ts'
import { portions, windowed } from './portions.ts'
import { projectRow } from './projects.ts'
import type { Rows } from './sqlite.ts'
import type { Truth } from './store.ts'

export const truthOver = (rows: Rows): Truth => ({
  set: (project, truth) =>
    rows.write(async (w) => {
      const { id } = await projectRow(w.db, project)
      for await (const some of portions([...truth])) {
        w.many(
          `insert into truth (project, image, class) values (?, ?, ?)
           on conflict (project, image) do update set class = excluded.class`,
          some.map(([image, cls]) => [id, image, cls]),
        )
      }
    }),
  async all(project) {
    const { id } = await projectRow(rows.db, project)
    const known = new Map<ImageId, ClassId>()
    const page = (after: number, size: number) =>
      rows.db
        .selectFrom('truth')
        .select(['image', 'class'])
        .where('project', '=', id)
        .where('image', '>', after as ImageId)
        .orderBy('image')
        .limit(size)
        .execute()
    for await (const some of windowed(page, (row) => row.image)) {
      for (const row of some) known.set(row.image, row.class)
    }
    return known
  },
})
