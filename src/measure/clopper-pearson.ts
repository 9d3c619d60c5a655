/**
 * The share that is exceeded, with the confidence given, when so many of the trials were hits:
 * the p at which as many hits or more have the chance 1 − confidence (Clopper and Pearson 1934, one side).
 * It keeps its promise for every p and every number of trials, where Wilson's keeps it on average.
 */
export function clopperPearsonLow(hits: number, trials: number, confidence = 0.95): number {
  if (hits === 0) return 0
  let [low, high] = [0, 1]
  // Fifty halvings: 1e-15.
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2
    if (chanceOfMore(hits, trials, middle) < 1 - confidence) low = middle
    else high = middle
  }
  return low
}

/** Σ over i from `hits` to `trials` of C(trials, i) · pⁱ · (1 − p)^(trials − i), from the logarithms of the terms. */
function chanceOfMore(hits: number, trials: number, p: number): number {
  let log = trials * Math.log(p)
  let sum = 0
  for (let i = trials; i >= hits; i--) {
    sum += Math.exp(log)
    log += Math.log(i / (trials - i + 1)) + Math.log1p(-p) - Math.log(p)
  }
  return sum
}
