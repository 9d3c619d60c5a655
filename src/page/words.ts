// Numbers and times as people say them.
const steps = [
  [60, 'second', 1],
  [3600, 'minute', 60],
  [86_400, 'hour', 3600],
  [Infinity, 'day', 86_400],
] as const
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })

export function ago(at: number, now: number = Date.now()): string {
  const seconds = (at - now) / 1000
  if (seconds > -10) return 'just now'
  const [, unit, size] = steps.find(([below]) => -seconds < below)!
  return relative.format(Math.round(seconds / size), unit)
}

export function bytes(count: number): string {
  const power = count < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(count) / 3))
  const value = count / 1000 ** power
  const digits = value >= 100 || power === 0 ? 0 : 1
  return `${value.toFixed(digits)} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}`
}

export const number = (value: number): string => value.toLocaleString('en')
export const many = (count: number, one: string, more = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : more}`

/** Steps say things in passing; on its own a sentence begins large. */
export const sentence = (says: string): string => `${says.charAt(0).toUpperCase()}${says.slice(1)}`

/** What went wrong, in the words of whoever threw it. */
export const faultOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown)

/** "resnet50" stays, "my Birds!" becomes "my-birds": a project's name in addresses. */
export const slugOf = (title: string): string =>
  title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64)
