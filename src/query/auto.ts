import type { StrategyName } from './strategies.ts'

/** What is known when a strategy has to be chosen. */
export type Situation = {
  readonly hasEmbeddings: boolean
  readonly hasModel: boolean
  readonly labelled: number
  readonly classes: number
}

/** Which strategy suits, and why. */
export function autoStrategy(of: Situation): { readonly strategy: StrategyName; readonly says: string } {
  if (!of.hasEmbeddings) {
    return { strategy: 'random', says: 'drawn by chance: most images have not been embedded yet' }
  }
  if (!of.hasModel) {
    return {
      strategy: 'maxherding',
      says: 'images that stand for many others first: there is no trained version yet to be in doubt',
    }
  }
  return {
    strategy: 'doubtherding',
    says:
      `images that stand for many of those that the ${of.labelled} labels for ${of.classes} classes leave ` +
      'in doubt: neither doubt alone nor likeness alone',
  }
}
