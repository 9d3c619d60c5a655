export const views = ['grid', 'label', 'map', 'clusters', 'review', 'rounds', 'versions', 'predict'] as const
export type View = (typeof views)[number]
/** No project: the list of projects. */
export type Route = {
  readonly project: string | null
  readonly view: View
  readonly query: Readonly<Record<string, string>>
}

export function readRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const [project = '', view = ''] = path.split('/').map(decodeSafely)
  return {
    project: project || null,
    view: views.find((name) => name === view) ?? 'grid',
    query: Object.fromEntries(new URLSearchParams(query)),
  }
}

export function writeRoute({ project, view, query }: Route): string {
  if (!project) return '#/'
  const text = new URLSearchParams({ ...query }).toString()
  return `#/${encodeURIComponent(project)}/${view}${text ? `?${text}` : ''}`
}

/** An address typed by hand may hold a lone percent sign. */
function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
