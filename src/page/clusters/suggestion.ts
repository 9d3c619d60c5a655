import type { ClusterView } from '../client/types.ts'

export type Suggestion = { readonly name: string; readonly says: string }

/** The class that a cluster most likely shows: by its labels, else by the guesses of its images. */
export function suggestionFor({ label, images }: Pick<ClusterView, 'label' | 'images'>): Suggestion | null {
  if (label !== null) return { name: label, says: 'most frequent of its labels' }
  const guesses = images.flatMap(({ guess }) => (guess ? [guess] : []))
  const names = [...Map.groupBy(guesses, (guess) => guess.class)].sort((a, b) => b[1].length - a[1].length)
  const [most] = names
  if (!most) return null
  const sureness = most[1].reduce((sum, { confidence }) => sum + confidence, 0) / most[1].length
  return { name: most[0], says: `${most[1].length} of ${images.length} guesses, ${sureness.toFixed(2)} sure` }
}

export const puritySays = ({ purity, purityFrom }: Pick<ClusterView, 'purity' | 'purityFrom'>): string =>
  purity === null
    ? 'purity unknown'
    : `about ${Math.round(100 * purity)}% pure, by ${purityFrom === 'labels' ? 'its labels' : 'neighbours'}`
