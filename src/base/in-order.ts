/** Works on several at once and gives the results in the order of what came in; holds at most `atOnce`. */
export async function* inOrder<T, R>(
  from: AsyncIterable<T> | Iterable<T>,
  atOnce: number,
  work: (one: T) => Promise<R>,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = []
  for await (const one of from) {
    const result = work(one)
    result.catch(() => {}) // whoever awaits it in its turn is told; a cancelled stream awaits no more
    begun.push(result)
    if (begun.length >= atOnce) yield await begun.shift()!
  }
  while (begun.length > 0) yield await begun.shift()!
}
