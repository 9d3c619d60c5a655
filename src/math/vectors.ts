type Vector = Float32Array | Float64Array

export function dot(a: Vector, b: Vector): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** sum += by · part */
export function addInto(sum: Vector, part: Vector, by: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += by * part[i]!
}

export const lengthOf = (vector: Vector): number => Math.sqrt(dot(vector, vector))

/** To length one; zeros stay. */
export function normaliseInto(vector: Vector): void {
  const length = lengthOf(vector)
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i]! /= length
}
