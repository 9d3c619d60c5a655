// Any step's output, for people: lines of name and value, and a table where there are many.

const gap = '  '
const columnWidthMin = 10
const partColumnMost = 28
const briefMax = 3
const tableWidthMin = 60

export function render(value: unknown, width: number): string {
  if (value === null || value === undefined) return 'nothing to do'
  if (typeof value !== 'object') return shown('', value)
  return blocks(value as Record<string, unknown>, Math.max(width, tableWidthMin)).join('\n')
}

function blocks(object: Record<string, unknown>, width: number): string[] {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined)
  const short = entries.filter(([, value]) => !isLong(value))
  const long = entries.filter(([, value]) => isLong(value))
  const nameWidth = Math.max(0, ...short.map(([name]) => words(name).length))
  const lines = short.map(([name, value]) => `${words(name).padEnd(nameWidth)}${gap}${shown(name, value)}`)
  for (const [name, value] of long) {
    if (lines.length > 0) lines.push('')
    if (entries.length > 1) lines.push(words(name))
    lines.push(...longBlock(value as Record<string, unknown>, width))
  }
  return lines
}

function longBlock(value: Record<string, unknown>, width: number): string[] {
  if (isTable(value)) return table(value, width)
  if (isMatrix(value)) return matrixLines(value)
  const rows = Object.entries(value)
  // One kind of thing under several names is a table too: `bySplit` of train, validation and test.
  if (
    rows.length > 1 &&
    rows.every(([, row]) => isRecord(row) && !Object.values(row as object).some(isLong))
  ) {
    return table(
      rows.map(([name, row]) => ({ '': name, ...(row as object) })),
      width,
    )
  }
  return blocks(value, width - gap.length).map(indent)
}

function matrixLines(rows: readonly (readonly unknown[])[]): string[] {
  const cells = rows.map((row) => row.map((value) => shown('', value)))
  const width = Math.max(...cells.flat().map((cell) => cell.length))
  return cells.map((row) => indent(row.map((cell) => cell.padStart(width)).join(gap)))
}

const isLong = (value: unknown): boolean => isTable(value) || isMatrix(value) || isRecord(value)
const indent = (line: string): string => (line === '' ? '' : gap + line)
const isRecord = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isMatrix = (value: unknown): value is readonly (readonly unknown[])[] =>
  Array.isArray(value) && value.length > 0 && value.every((row) => Array.isArray(row))
const isTable = (value: unknown): value is readonly Record<string, unknown>[] =>
  Array.isArray(value) && value.length > 0 && value.every(isRecord)

/** `nearDuplicates` → `near duplicates` */
const words = (name: string): string => name.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`)

function shown(name: string, value: unknown): string {
  if (value === null || value === '') return '–'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return number(name, value)
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map((v) => shown('', v)).join(', ')
  if (typeof value === 'object') return brief(value as Record<string, unknown>)
  return String(value)
}

function number(name: string, value: number): string {
  if (/(^at|At)$/.test(name) && value > 1e11)
    return new Date(value).toISOString().slice(0, 19).replace('T', ' ')
  if (name.endsWith('Bytes'))
    return value < 1e6 ? `${Math.ceil(value / 1e3)} kB` : `${(value / 1e6).toFixed(1)} MB`
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)))
}

/** An object in a cell: by its number and name where it has one, else its first plain values. */
function brief(object: Record<string, unknown>): string {
  if (typeof object['name'] === 'string') return [object['id'], object['name']].filter(isSaid).join(' ')
  return Object.entries(object)
    .filter(([, value]) => isSaid(value) && typeof value !== 'object')
    .slice(0, briefMax)
    .map(([name, value]) => `${words(name)} ${shown(name, value)}`)
    .join(', ')
}
const isSaid = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

function table(rows: readonly Record<string, unknown>[], width: number): string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const cells = rows.map((row) => names.map((name) => shown(name, row[name] ?? null)))
  // A column in which no row says anything tells nothing.
  const kept = names.flatMap((_, i) => (cells.some((row) => row[i] !== '–') ? [i] : []))
  const isNumeric = names.map((name) => rows.every((row) => typeof (row[name] ?? 0) === 'number'))
  const natural = names.map((name, i) => Math.max(words(name).length, ...cells.map((row) => row[i]!.length)))
  const { widths, parts } = fitted(natural, kept, width - gap.length)
  const line = (part: readonly number[], texts: readonly string[]): string =>
    part
      .map((i) => {
        const text = clip(texts[i]!, widths[i]!)
        return isNumeric[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)
      })
      .join(gap)
      .trimEnd()
  const lines = parts.map((part) => [
    line(part, names.map(words)),
    ...cells.map((texts) => line(part, texts)),
  ])
  return lines.flatMap((part, i) => (i > 0 ? ['', ...part] : part)).map(indent)
}

type Fitted = { readonly widths: readonly number[]; readonly parts: readonly (readonly number[])[] }

/** The widest columns give way first, down to a width that still says something; else below one another. */
function fitted(natural: readonly number[], kept: readonly number[], width: number): Fitted {
  const widths = [...natural]
  const total = () => kept.reduce((sum, i) => sum + widths[i]! + gap.length, -gap.length)
  while (total() > width) {
    const widest = kept.reduce((best, i) => (widths[i]! > widths[best]! ? i : best), kept[0]!)
    if (widths[widest]! <= columnWidthMin) return inParts(natural, kept, width)
    widths[widest]! -= 1
  }
  return { widths, parts: [kept] }
}

/** Each part begins with the first column, which says of what it tells. */
function inParts(natural: readonly number[], [first, ...others]: readonly number[], width: number): Fitted {
  const widths = natural.map((its) => Math.min(its, partColumnMost))
  const parts: number[][] = []
  let left = 0
  for (const i of others) {
    if (parts.length === 0 || widths[i]! + gap.length > left) {
      parts.push([first!])
      left = width - widths[first!]!
    }
    parts.at(-1)!.push(i)
    left -= widths[i]! + gap.length
  }
  return { widths, parts }
}

const clip = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text
