/** Small things kept in the browser; a browser that refuses storage only forgets. */
export function saved<T>(key: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(`bowerbird.${key}`)
    return text === null ? otherwise : (JSON.parse(text) as T)
  } catch {
    return otherwise
  }
}
export function save(key: string, value: unknown): void {
  try {
    localStorage.setItem(`bowerbird.${key}`, JSON.stringify(value))
  } catch (thrown) {
    console.warn('this browser keeps nothing for bowerbird:', thrown)
  }
}
