// npm run bench NAME: prints a table and, last, one line: ratio <name> <number>.
import { readdirSync } from 'node:fs'
import type { Bench, Report } from './bench.ts'

const notBenches = ['bench.ts', 'run.ts', 'data.ts', 'embedded.ts']
const names = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.ts') && !notBenches.includes(file))
  .map((file) => file.slice(0, -3))
const [name = ''] = process.argv.slice(2)
if (!names.includes(name)) {
  console.error(`cannot run the benchmark "${name}": the benchmarks are ${names.join(', ')}`)
  process.exit(2)
}

const rows: Record<string, string>[] = []
const report: Report = {
  row: (cells) =>
    rows.push(Object.fromEntries(Object.entries(cells).map(([key, value]) => [key, String(value)]))),
  say: (text) => process.stderr.write(`${text}\n`),
}

/** Columns as wide as their widest cell. */
function printTable(): void {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const widths = columns.map((c) => Math.max(c.length, ...rows.map((row) => (row[c] ?? '').length)))
  const print = (cells: readonly string[]) =>
    console.log(
      cells
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
  print(columns)
  print(widths.map((width) => '-'.repeat(width)))
  for (const row of rows) print(columns.map((c) => row[c] ?? ''))
}

const { bench } = (await import(`./${name}.ts`)) as { bench: Bench }
report.say(bench.says)
const ratio = await bench.run(report)
printTable()
console.log(`ratio ${bench.name} ${Number(ratio.toPrecision(4))}`)
process.exit(0)
