/** A share with the bounds between which the true one lies, 95 times in 100. */
export type Interval = { readonly value: number; readonly low: number; readonly high: number }

const z = 1.959964 // the normal distribution's 97.5% point

/** Wilson (1927): unlike p ± z·√(p(1−p)/n) it stays within 0 and 1, and is honest for few trials. */
export function wilson(hits: number, trials: number): Interval {
  if (trials === 0) return { value: 0, low: 0, high: 1 }
  const p = hits / trials
  const z2 = (z * z) / trials
  const middle = (p + z2 / 2) / (1 + z2)
  const half = (z / (1 + z2)) * Math.sqrt((p * (1 - p)) / trials + z2 / (4 * trials))
  return {
    value: p,
    low: Math.max(0, Math.min(p, middle - half)),
    high: Math.min(1, Math.max(p, middle + half)),
  }
}
