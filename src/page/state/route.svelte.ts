// The address is the state that people share: #/birds/grid?label=none&order=unsure+first
import { readRoute, writeRoute, type Route } from './route.ts'

let current = $state.raw<Route>(readRoute(location.hash))
addEventListener('hashchange', () => (current = readRoute(location.hash)))

export const route = {
  get now(): Route {
    return current
  },
  go(to: Partial<Route>): void {
    location.hash = writeRoute({ ...current, query: {}, ...to })
  },
  /** Changes the query in place: filters are no steps of the browser's history. */
  refine(query: Readonly<Record<string, string | undefined>>): void {
    const merged = Object.entries({ ...current.query, ...query }).filter(([, value]) => value)
    const next = { ...current, query: Object.fromEntries(merged) as Record<string, string> }
    history.replaceState(null, '', writeRoute(next))
    current = next
  },
}
export const linkTo = (project: string, view: Route['view'], query: Record<string, string> = {}): string =>
  writeRoute({ project, view, query })
