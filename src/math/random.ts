/** Chance as a value: the same seed gives the same numbers on every machine. */
export type Random = {
  /** In [0, 1). */
  next(): number
  /** A whole number in [0, below). */
  below(below: number): number
  /** From the standard normal distribution. */
  normal(): number
}

/** sfc32 (Chris Doty-Humphrey's small fast counter), seeded through splitmix32; passes PractRand. */
export function randomFrom(seed: number): Random {
  let mix = seed | 0
  const seedWord = () => {
    mix = (mix + 0x9e3779b9) | 0
    let z = Math.imul(mix ^ (mix >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return z ^ (z >>> 15)
  }
  let [a, b, c, counter] = [seedWord(), seedWord(), seedWord(), 1]
  const next = () => {
    const t = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return (t >>> 0) / 2 ** 32
  }
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  return { next, below: (below) => Math.floor(next() * below), normal }
}

/** Fisher and Yates: every order is equally likely. */
export function shuffleInto<T extends { length: number; [i: number]: unknown }>(items: T, random: Random): T {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const kept = items[i]
    items[i] = items[j]
    items[j] = kept
  }
  return items
}
