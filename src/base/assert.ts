/** States a promise of our own; that it fails is a fault of the program, never of its user. */
export function assert(holds: boolean, promise: string): asserts holds {
  if (!holds) throw new Error(`broken promise: ${promise}`)
}

/** In the place of a part of the world that is not there: `who` must leave it alone. */
export const absent = <T extends object>(who: string, what: string): T =>
  new Proxy({} as T, { get: (_, name) => assert(false, `${who} leaves ${what}.${String(name)} alone`) })
