/** What an accuracy was measured on, said to people. */
export const measuredOnSays = {
  truth: 'Accuracy on hidden truth',
  gold: 'Accuracy on gold labels',
  'cross-validation': 'Accuracy in cross-validation',
} as const
