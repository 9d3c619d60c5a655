import type { StrategyName } from './strategies.ts'

/** What is known when a strategy has to be chosen. */
export type Situation = {
  readonly hasEmbeddings: boolean
  readonly hasModel: boolean
  readonly labelled: number
  readonly classes: number
}

const labelsPerClass = 10

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
      strategy: 'uherding',
      says:
        `unsure images that stand for many: with ${of.labelled} labels for ${of.classes} classes ` +
        'doubt alone would lead astray',
    }
  }
  return {
    strategy: 'covering-margin',
    says: `the closest calls, each of another kind: ${of.labelled} labels are enough to trust doubts`,
  }
}
