/** Does it after a rest, unless something else is wanted by then: for an effect, whose end it gives back. */
export function afterRest(restMs: number, act: (signal: AbortSignal) => Promise<void>): () => void {
  const stop = new AbortController()
  const timer = setTimeout(() => void act(stop.signal), restMs)
  return () => {
    clearTimeout(timer)
    stop.abort()
  }
}
