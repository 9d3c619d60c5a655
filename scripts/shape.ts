// The shape of our own code, printed; with --gate nothing may be over its limit or worse than stored.
// Without it the better figures are written down: the stored number may only improve.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

type Fault = { readonly where: string; readonly what: string }
type FunctionShape = { readonly where: string; readonly lines: number }
const limits = { functionLines: 60, fileLines: 400, parameters: 3, nesting: 4, width: 110 }
/** Each may only shrink, but for rounding. */
const ratchet = ['function lines, p90', 'share of functions over 25 lines', 'share of files over 300 lines']
const storedAt = 'scripts/shape.json'

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile() && /\.(ts|mjs|svelte)$/.test(e.name))
    .map((e) => path.posix.join(e.parentPath.replaceAll('\\', '/'), e.name))
    .sort()
const linesOf = (text: string) => text.trimEnd().split('\n')
const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)
const quantile = (values: readonly number[], q: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? 0

const faults: Fault[] = []
const functions: FunctionShape[] = []
let commentLines = 0

const opensBlock = (node: ts.Node) =>
  ts.isForStatement(node) ||
  ts.isForInStatement(node) ||
  ts.isForOfStatement(node) ||
  ts.isWhileStatement(node) ||
  ts.isDoStatement(node) ||
  ts.isSwitchStatement(node) ||
  ts.isTryStatement(node) ||
  (ts.isIfStatement(node) && !(ts.isIfStatement(node.parent) && node.parent.elseStatement === node))

function nestingOf(node: ts.Node): number {
  let deepest = 0
  node.forEachChild((child) => {
    if (!ts.isFunctionLike(child)) deepest = Math.max(deepest, nestingOf(child))
  })
  return deepest + (opensBlock(node) ? 1 : 0)
}

function readFunction(node: ts.FunctionLikeDeclaration, source: ts.SourceFile): void {
  const from = source.getLineAndCharacterOfPosition(node.getStart(source)).line
  const to = source.getLineAndCharacterOfPosition(node.end).line
  const where = `${source.fileName}:${from + 1}`
  const lines = to - from + 1
  functions.push({ where, lines })
  const isExcused = /^[^\n]*\n?[^\n]*\/\/ long because /.test(node.getText(source))
  if (lines > limits.functionLines && !isExcused) faults.push({ where, what: `a function of ${lines} lines` })
  const parameters = node.parameters.filter((p) => p.name.getText(source) !== 'this').length
  if (parameters > limits.parameters) faults.push({ where, what: `${parameters} parameters` })
  const nesting = nestingOf(node.body!)
  if (nesting > limits.nesting) faults.push({ where, what: `nested ${nesting} deep` })
}

function readCode(file: string, text: string): void {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const visit = (node: ts.Node): void => {
    const { line } = source.getLineAndCharacterOfPosition(node.pos)
    if (node.kind === ts.SyntaxKind.AnyKeyword) faults.push({ where: `${file}:${line + 1}`, what: 'an any' })
    if (ts.isFunctionLike(node) && 'body' in node && node.body) readFunction(node, source)
    node.forEachChild(visit)
  }
  visit(source)
}

function readFile(file: string, text: string): number {
  const lines = linesOf(text)
  const isExcused = lines[0]?.includes('// long because ') ?? false
  if (lines.length > limits.fileLines && !isExcused)
    faults.push({ where: file, what: `${lines.length} lines` })
  for (const [i, line] of lines.entries()) {
    // Markup has no formatter: its attributes may run on a little.
    const width = file.endsWith('.svelte') ? 150 : limits.width
    if (line.length > width && !/https?:|'[^']{80,}'|`[^`]{80,}/.test(line))
      faults.push({ where: `${file}:${i + 1}`, what: `a line of ${line.length} characters` })
  }
  commentLines += lines.filter((line) => /^\s*(\/\/|\/\*|\*)/.test(line)).length
  if (!file.endsWith('.svelte')) readCode(file, text)
  return lines.length
}

/** Files that import each other in a ring, types left out: they vanish. */
function ringFrom(file: string, imports: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const seen = new Set<string>()
  const walk = (at: string, trail: readonly string[]): string[] | undefined => {
    if (at === file && trail.length > 0) return [...trail, at]
    if (seen.has(at)) return undefined
    seen.add(at)
    for (const next of imports.get(at) ?? []) {
      const ring = walk(next, [...trail, at])
      if (ring) return ring
    }
    return undefined
  }
  return walk(file, [])
}

const importsIn = (file: string, text: string): string[] =>
  [...text.matchAll(/^(?:import|export)(?! type)[^'\n]*(?:\n[^'\n]*)*?from '(\.[^'\n]+)'/gm)].map((m) =>
    path.posix.join(path.posix.dirname(file), m[1]!),
  )

const texts = new Map(
  filesBelow('src')
    .filter((f) => !f.endsWith('.d.ts'))
    .map((f) => [f, readFileSync(f, 'utf8')]),
)
const fileLines = [...texts].map(([file, text]) => readFile(file, text))
const imports = new Map([...texts].map(([file, text]) => [file, importsIn(file, text)]))
for (const file of texts.keys()) {
  const ring = ringFrom(file, imports)
  if (ring && ring.toSorted()[0] === file)
    faults.push({ where: file, what: `imports in a ring: ${ring.join(' → ')}` })
}
const testLines = filesBelow('test').reduce((n, f) => n + linesOf(readFileSync(f, 'utf8')).length, 0)
const sourceLines = fileLines.reduce((a, b) => a + b, 0)
const lengths = functions.map((f) => f.lines)

const figures: Record<string, number> = {
  'function lines, median': quantile(lengths, 0.5),
  'function lines, p90': quantile(lengths, 0.9),
  'share of functions over 25 lines': share(lengths.filter((n) => n > 25).length, lengths.length),
  'file lines, median': quantile(fileLines, 0.5),
  'file lines, p90': quantile(fileLines, 0.9),
  'share of files over 300 lines': share(fileLines.filter((n) => n > 300).length, fileLines.length),
  'share of comment lines': share(commentLines, sourceLines),
  'test lines per source line': share(testLines, sourceLines),
}
const stored = existsSync(storedAt) ? (JSON.parse(readFileSync(storedAt, 'utf8')) as typeof figures) : {}
const rounded = (n: number) => Number(n.toFixed(4))
for (const name of ratchet) {
  const before = stored[name]
  // A thousandth is one function among a thousand: room to add a file, none to slide.
  if (before !== undefined && figures[name]! > before + 0.001)
    faults.push({ where: name, what: `${rounded(figures[name]!)}, and ${before} is stored` })
}

console.log(`${texts.size} files, ${sourceLines} lines, ${functions.length} functions`)
for (const [name, value] of Object.entries(figures)) console.log(`  ${name.padEnd(36)} ${rounded(value)}`)
for (const { where, what } of faults) console.error(`${where}: ${what}`)
if (!process.argv.includes('--gate')) {
  const better = ratchet.map((n) => [n, rounded(Math.min(figures[n]!, stored[n] ?? Infinity))])
  writeFileSync(storedAt, `${JSON.stringify(Object.fromEntries(better), null, 2)}\n`)
}
process.exit(faults.length === 0 ? 0 : 1)
