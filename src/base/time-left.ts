/** How long the rest takes at the pace so far, as the end of a sentence; nothing where that is not known. */
export function timeLeft(o: { readonly done: number; readonly total: number; readonly ms: number }): string {
  const { done, total, ms } = o
  if (done === 0 || ms <= 0 || done >= total) return ''
  const seconds = Math.ceil((ms / 1000 / done) * (total - done))
  return seconds < 100 ? `, ${seconds} s left` : `, ${Math.ceil(seconds / 60)} min left`
}
