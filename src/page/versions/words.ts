/** What an accuracy was measured on, said to people. */
export const measuredOnSays = {
  truth: 'Accuracy on hidden truth',
  gold: 'Accuracy on gold labels',
  'cross-validation': 'Accuracy in cross-validation',
} as const

/** What a search for settings found, if the version came of one. */
export function searchSays(settings: Readonly<Record<string, unknown>>): string | null {
  const search = settings['search']
  if (typeof search !== 'object' || search === null || !('says' in search)) return null
  return typeof search.says === 'string' ? `searched for: ${search.says}` : null
}
