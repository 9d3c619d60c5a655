/** The names of a table's rows, as a tuple type that schemas accept: lists of names derive from tables. */
export function namesOf<T extends Record<string, unknown>>(
  table: T,
): [keyof T & string, ...(keyof T & string)[]] {
  return Object.keys(table) as [keyof T & string, ...(keyof T & string)[]]
}
