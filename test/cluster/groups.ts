import assert from 'node:assert/strict'

/** The same groups, whatever their numbers. */
export function assertSameGroups(
  found: ArrayLike<number>,
  wanted: readonly number[],
  ties: readonly number[] = [],
): void {
  const pairs = new Map<number, number>([[-1, -1]])
  for (const [i, want] of wanted.entries()) {
    if (ties.includes(i)) continue
    const held = pairs.get(found[i]!) ?? want
    assert.equal(
      held,
      want,
      `point ${i} is in group ${found[i]}, which was ${held}, and the reference says ${want}`,
    )
    pairs.set(found[i]!, want)
  }
  assert.equal(pairs.size, new Set([-1, ...wanted]).size)
}
