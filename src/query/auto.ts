import type { StrategyName } from './strategies.ts'

/** What is known when a strategy has to be chosen. */
export type Situation = {
  readonly hasEmbeddings: boolean
  readonly hasModel: boolean
  readonly labelled: number
  readonly classes: number
}

// Below about this many labels a class, uncertain guesses are noise: typical images teach more.
const labelsPerClass = 3

/** Which strategy suits, and why. */
export function autoStrategy(of: Situation): { readonly strategy: StrategyName; readonly says: string } {
  if (!of.hasEmbeddings) {
    return { strategy: 'random', says: 'drawn by chance: most images have not been embedded yet' }
  }
  if (!of.hasModel) {
    return { strategy: 'typical', says: 'typical images first: there is no trained version yet' }
  }
  if (of.labelled < labelsPerClass * of.classes) {
    return {
      strategy: 'typical',
      says: `typical images: ${of.labelled} labels for ${of.classes} classes are too few to trust the guesses`,
    }
  }
  return { strategy: 'margin', says: 'the closest calls of the newest version' }
}
