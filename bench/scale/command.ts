// The command as its user meets it, from its start to its end.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { writeNpy } from '../../src/formats/index.ts'
import { randomFrom, type Matrix } from '../../src/math/index.ts'
import { median } from '../bench.ts'

const at = (file: string): string => new URL(`../../${file}`, import.meta.url).pathname
export const isBuilt = existsSync(at('dist/main.js'))
/** Without a build from the source, which Node has to read as TypeScript first. */
const start = isBuilt ? [at('bin/bowerbird.mjs')] : ['--no-warnings', at('src/main.ts')]
const program = [process.execPath, ...start]

/** Embeddings, small pictures and a few examples become an organised folder. */
export async function commandOf(
  rows: Matrix,
  rounds: number,
): Promise<{ readonly seconds: number; readonly folderBytes: number }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bowerbird-bench-'))
  const here = (name: string) => path.join(folder, name)
  mkdirSync(here('pictures'))
  const names = Array.from({ length: rows.rows }, (_, i) => here(`pictures/${i}.png`))
  for (const [i, name] of names.entries()) writeFileSync(name, await pictureOf(i))
  writeFileSync(here('e.npy'), writeNpy('float32', [rows.rows, rows.columns], rows.data))
  writeFileSync(here('p.txt'), names.join('\n'))
  const examples = names.slice(0, 20).map((name, i) => `${name},${i % 2 === 0 ? 'dog' : 'cat'}`)
  writeFileSync(here('examples.csv'), ['path,label', ...examples].join('\n'))
  const options = { '--embeddings': 'e.npy', '--image-paths': 'p.txt', '--examples': 'examples.csv' }
  const files = Object.entries(options).flatMap(([flag, name]) => [flag, here(name)])
  const [command = '', ...first] = program
  const args = [...first, 'annotate', ...files, '--classes', 'dog', 'cat', '--output']
  const seconds: number[] = []
  for (let round = 0; round < rounds; round++) {
    const from = performance.now()
    const env = { ...process.env, BOWERBIRD_DATA: here('data') }
    const { status, stderr } = spawnSync(command, [...args, here(`to-${round}`)], { encoding: 'utf8', env })
    if (status !== 0) throw new Error(`bowerbird annotate ended with ${status}: ${stderr}`)
    seconds.push((performance.now() - from) / 1000)
  }
  const folderBytes = sizeOf(here('to-0'))
  rmSync(folder, { recursive: true })
  return { seconds: median(seconds), folderBytes }
}

function pictureOf(seed: number): Promise<Buffer> {
  const random = randomFrom(seed)
  const pixels = Uint8Array.from({ length: 16 * 16 * 3 }, () => random.below(256))
  return sharp(pixels, { raw: { width: 16, height: 16, channels: 3 } })
    .png()
    .toBuffer()
}

const sizeOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(path.join(parentPath, name)).size, 0)
