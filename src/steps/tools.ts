import { randomFrom, type Tools } from '../math/index.ts'
import type { World } from './world.ts'

/** Cancelled between two products, which take milliseconds. */
export const toolsOf = ({ runtime, signal }: World, seed: number): Tools => ({
  random: randomFrom(seed),
  matmul: (a, b) => {
    signal.throwIfAborted()
    return runtime.matmul(a, b)
  },
})
