// What was chosen on the map, for the grid to show.
import { perform } from '../client/client.ts'
import type { ReadPage } from '../grid/list.svelte.ts'

let picked = $state.raw<{ readonly project: string; readonly ids: readonly number[] } | null>(null)

export const picks = {
  of(project: string): readonly number[] | null {
    return picked?.project === project ? picked.ids : null
  },
  take(project: string, ids: readonly number[]): void {
    picked = { project, ids }
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
