/** Small things kept in the browser, or in this tab alone; a browser that refuses storage only forgets. */
type Place = 'browser' | 'tab'
const storageOf = (place: Place): Storage => (place === 'tab' ? sessionStorage : localStorage)

export function saved<T>(key: string, otherwise: T, place: Place = 'browser'): T {
  try {
    const text = storageOf(place).getItem(`bowerbird.${key}`)
    return text === null ? otherwise : (JSON.parse(text) as T)
  } catch {
    return otherwise
  }
}
/** Whether the browser keeps it. */
export function save(key: string, value: unknown, place: Place = 'browser'): boolean {
  try {
    storageOf(place).setItem(`bowerbird.${key}`, JSON.stringify(value))
    return true
  } catch {
    return false
  }
}
