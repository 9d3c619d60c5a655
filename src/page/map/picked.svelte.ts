// What was chosen on the map: for the grid to show, and for the map again, in this tab also after a reload.
import { perform } from '../client/client.ts'
import type { ReadPage } from '../grid/list.svelte.ts'
import { save, saved } from '../state/saved.ts'

type Picked = { readonly project: string; readonly ids: readonly number[] }
const keptMost = 200_000 // 1.6 MB of the 5 that a tab may keep; of more, nothing outlasts a reload
let picked = $state.raw<Picked | null>(saved<Picked | null>('picked', null, 'tab'))

export const picks = {
  of(project: string): readonly number[] | null {
    return picked?.project === project ? picked.ids : null
  },
  take(project: string, ids: readonly number[]): void {
    const now = ids.length > 0 ? { project, ids } : null
    picked = now
    save('picked', ids.length > keptMost ? null : now, 'tab')
  },
}

const idsAtOnce = 500 // as many as one address holds

/** Pages of just these images; a page's key is where it begins. */
export const pagesOf =
  (project: string, ids: readonly number[]): ReadPage =>
  async ({ after, size }) => {
    const from = Number(after ?? 0)
    const to = from + Math.min(size, idsAtOnce)
    const got = await perform('images', { project, ids: ids.slice(from, to) })
    return { ...got, next: to < ids.length ? String(to) : null, total: ids.length }
  }
