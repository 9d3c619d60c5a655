// The walls: a room opens only the rooms its row names, by their door; a package lives in one room.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, test } from 'node:test'

const pureRooms = [
  'base',
  'math',
  'formats',
  'graph',
  'nets',
  'query',
  'cluster',
  'detect',
  'measure',
  'figures',
]
const hands = ['processes', 'images', 'runtime', 'store']
const mayOpen: Record<string, readonly string[]> = {
  base: [],
  math: ['base'],
  formats: ['base', 'math'],
  graph: ['base', 'math', 'formats'],
  nets: ['base', 'math', 'graph'],
  query: ['base', 'math'],
  cluster: ['base', 'math'],
  detect: ['base', 'math', 'graph'],
  measure: ['base', 'math'],
  figures: ['base', 'math'],
  processes: ['base'],
  images: ['base', 'math', 'formats', 'processes'],
  runtime: ['base', 'math', 'formats', 'graph', 'nets'],
  store: ['base', 'math', 'formats'],
  results: ['base', 'math', 'formats', 'cluster', 'measure', 'figures'],
  steps: [...pureRooms, ...hands, 'results'],
  jobs: ['base', 'store', 'steps'],
  server: ['base', 'steps', 'jobs'],
  cli: ['base', 'steps', 'jobs'],
  page: ['base', 'figures', 'steps'],
}
/** A package's home; the children of scoped families are named by their beginning. */
const homeOf: Record<string, readonly string[]> = {
  zod: ['steps', 'server'],
  sharp: ['images'],
  'onnxruntime-node': ['runtime'],
  kysely: ['store'],
  'node:sqlite': ['store'],
  yauzl: ['images'],
  // Both read archives: strangers' (images), and the encoders' that npm serves (runtime).
  'tar-stream': ['images', 'runtime'],
  'csv-parse': ['formats'],
  'csv-parse/sync': ['formats'],
  commander: ['cli'],
  fastify: ['server'],
  'fastify-type-provider-zod': ['server'],
  '@fastify/multipart': ['server'],
  '@fastify/static': ['server'],
  '@fastify/swagger': ['server'],
  '@fastify/swagger-ui': ['server'],
}
const anyonesInHands = /^node:/

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name))
    .map((entry) => path.posix.join(entry.parentPath.replaceAll('\\', '/'), entry.name))
const importsOf = (text: string): string[] =>
  [...text.matchAll(/(?:\bfrom |\bimport\(|^import )'([^'\n]+)'/gm)].map((match) => match[1]!)
const roomOf = (file: string): string => file.split('/').slice(1, -1)[0] ?? ''

for (const file of filesBelow('src').filter((f) => roomOf(f) !== '')) {
  const text = readFileSync(file, 'utf8')
  const room = roomOf(file)
  const inside = importsOf(text)
    .filter((name) => name.startsWith('.'))
    .map((name) => path.posix.join(path.posix.dirname(file), name))
  const outside = importsOf(text).filter((name) => !name.startsWith('.'))

  describe(file, () => {
    it('opens only the rooms it may, and by their door', () => {
      assert.ok(mayOpen[room], `${room} has no row in the table of rooms`)
      for (const target of inside.filter((t) => t.startsWith('src/') && roomOf(t) !== room)) {
        assert.ok(
          mayOpen[room].includes(roomOf(target)),
          `${file} opens ${target}: ${room} may open ${mayOpen[room].join(', ')}`,
        )
        assert.equal(target, `src/${roomOf(target)}/index.ts`, `${file}: enter a room by its door`)
      }
    })
    it('uses outside packages only in their home', () => {
      if (room === 'page') return
      for (const name of outside.filter((n) => homeOf[n] || !anyonesInHands.test(n))) {
        assert.ok(homeOf[name], `${file} imports ${name}, which has no home in the table of packages`)
        assert.ok(
          homeOf[name].includes(room),
          `${file} imports ${name}, whose home is ${homeOf[name].join(', ')}`,
        )
      }
    })
    it('exports names, never a default', () => assert.doesNotMatch(text, /^export default /m))
    if (pureRooms.includes(room)) {
      it('knows no clock and no chance', () =>
        assert.doesNotMatch(text, /\bMath\.random\b|\bDate\.now\b|\bnew Date\(\)/))
      it('imports nothing of Node', () =>
        assert.deepEqual(
          outside.filter((n) => n.startsWith('node:')),
          [],
        ))
    }
    // The platform's own names, such as text.normalize(), follow a dot.
    it('spells as the British do', () =>
      assert.doesNotMatch(text, /(?<![.\w])\w*(?:optimizer|normalize[ds]?|labeled|labeling|initialize)\b/i))
  })
}

for (const room of readdirSync('src', { withFileTypes: true })
  .filter((e) => e.isDirectory())
  .map((e) => e.name)) {
  test(`${room} has a door that only re-exports, in 20 lines or less`, () => {
    if (room === 'page') return
    const lines = readFileSync(`src/${room}/index.ts`, 'utf8').trim().split('\n')
    assert.ok(lines.length <= 20, `src/${room}/index.ts has ${lines.length} lines`)
  })
}

test('ARCHITECTURE.md has a row for each room that stands', () => {
  if (!existsSync('ARCHITECTURE.md')) return
  const text = readFileSync('ARCHITECTURE.md', 'utf8')
  for (const room of readdirSync('src', { withFileTypes: true }).filter((e) => e.isDirectory())) {
    const row = text.split('\n').find((line) => line.startsWith(`| \`${room.name}/\``))
    assert.ok(row, `ARCHITECTURE.md has no row for ${room.name}/`)
    const opens = row.split('|')[3]!.trim()
    assert.equal(
      opens,
      (mayOpen[room.name] ?? []).join(' ') || '–',
      `ARCHITECTURE.md and the walls disagree on ${room.name}/`,
    )
  }
})
