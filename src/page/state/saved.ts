/** Small things kept in the browser; a browser that refuses storage only forgets. */
export function saved<T>(key: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(`bowerbird.${key}`)
    return text === null ? otherwise : (JSON.parse(text) as T)
  } catch {
    return otherwise
  }
}
/** Whether the browser keeps it. */
export function save(key: string, value: unknown): boolean {
  try {
    localStorage.setItem(`bowerbird.${key}`, JSON.stringify(value))
    return true
  } catch {
    return false
  }
}
