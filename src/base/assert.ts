/** States a promise of our own; that it fails is a fault of the program, never of its user. */
export function assert(holds: boolean, promise: string): asserts holds {
  if (!holds) throw new Error(`broken promise: ${promise}`)
}
