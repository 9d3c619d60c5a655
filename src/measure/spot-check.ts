/**
 * Of so many images, at most this many are wrong, 95 times in 100, when some drawn at random were checked and
 * so many of them were wrong: the largest number of wrong ones with which as few found has a chance above
 * 1 − confidence. Exact for draws without return (hypergeometric), so that whoever checks all knows all.
 */
export function wrongAtMost(
  { of, checked, wrong }: { readonly of: number; readonly checked: number; readonly wrong: number },
  confidence = 0.95,
): number {
  let [low, high] = [wrong, of - (checked - wrong)]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (chanceOfFewer(wrong, { checked, of, wrongOnes: middle }) > 1 - confidence) low = middle
    else high = middle - 1
  }
  return low
}

type Draw = { readonly of: number; readonly checked: number; readonly wrongOnes: number }

/** Σ over i from 0 to `found` of C(wrong, i) · C(right, checked − i) / C(of, checked). */
function chanceOfFewer(found: number, { of, checked, wrongOnes }: Draw): number {
  const first = Math.max(0, checked - (of - wrongOnes))
  if (found < first) return 0
  let log = logChoose(wrongOnes, first) + logChoose(of - wrongOnes, checked - first) - logChoose(of, checked)
  let sum = Math.exp(log)
  for (let i = first; i < found; i++) {
    log += Math.log((wrongOnes - i) / (i + 1)) + Math.log((checked - i) / (of - wrongOnes - checked + i + 1))
    sum += Math.exp(log)
  }
  return sum
}

function logChoose(from: number, some: number): number {
  let log = 0
  for (let i = 1; i <= Math.min(some, from - some); i++) log += Math.log((from - i + 1) / i)
  return log
}
