/** Sets that only ever grow together. */
export type Union = {
  find(member: number): number
  /** False when they were one already. */
  join(a: number, b: number): boolean
}

export function unionOf(size: number): Union {
  const parent = Int32Array.from({ length: size }, (_, i) => i)
  const sizes = new Int32Array(size).fill(1)
  const find = (member: number) => {
    let root = member
    while (parent[root] !== root) root = parent[root] = parent[parent[root]!]!
    return root
  }
  const join = (a: number, b: number) => {
    let [large, small] = [find(a), find(b)]
    if (large === small) return false
    if (sizes[large]! < sizes[small]!) [large, small] = [small, large]
    parent[small] = large
    sizes[large]! += sizes[small]!
    return true
  }
  return { find, join }
}
