import { setImmediate as soon } from 'node:timers/promises'

// SQLite reads or writes so many rows in 5 to 20 ms; between portions the event loop gets its turn.
const atOnce = 10_000

/** A long list, some at a time. */
export async function* portions<T>(list: readonly T[], size = atOnce): AsyncGenerator<readonly T[]> {
  for (let i = 0; i < list.length; i += size) {
    if (i > 0) await soon()
    yield list.slice(i, i + size)
  }
}

/** All rows of a growing key, some at a time: `read` gives at most `size` of those after a key. */
export async function* windowed<T>(
  read: (after: number, size: number) => Promise<readonly T[]>,
  keyOf: (row: T) => number,
  from = 0,
): AsyncGenerator<readonly T[]> {
  for (let after = from; ; await soon()) {
    const some = await read(after, atOnce)
    if (some.length > 0) yield some
    if (some.length < atOnce) return
    after = keyOf(some.at(-1)!)
  }
}
