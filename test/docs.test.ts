// Every code block in the documents runs: shell blocks in one folder each document, TypeScript as the example it is.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, it, test } from 'node:test'
import { demoImages } from '../src/images/index.ts'

const documents = ['README.md', 'QUICKSTART.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md']
type Block = { readonly language: string; readonly code: string; readonly line: number }

function blocksOf(file: string): Block[] {
  const text = readFileSync(file, 'utf8').replaceAll('\r\n', '\n')
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((m) => ({
    language: m[1]!,
    code: m[2]!,
    line: text.slice(0, m.index).split('\n').length,
  }))
}

/** Blocks that this very run is an instance of: CI calls them on a fresh clone. */
const runsAnyway = /^(git clone|cd bowerbird|npm (start|test|run|install)|npx )/

/** A folder with photos/CLASS/*.png and new/*.png, and a `bowerbird` on the PATH. */
async function readersFolder(): Promise<string> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-docs-'))
  const demo = await demoImages()
  for (let index = 0; index < 110; index++) {
    const label = demo.classes[demo.labels[index]!]!
    const home = path.join(folder, index < 100 ? `photos/${label}` : 'new')
    mkdirSync(home, { recursive: true })
    writeFileSync(path.join(home, `${path.parse(demo.names[index]!).name}.png`), await demo.bytes(index))
  }
  const bin = path.join(folder, 'bin')
  mkdirSync(bin)
  const main = path.resolve('src/main.ts')
  writeFileSync(
    path.join(bin, 'bowerbird'),
    `#!/bin/sh\nexec "${process.execPath}" --no-warnings "${main}" "$@"\n`,
  )
  chmodSync(path.join(bin, 'bowerbird'), 0o755)
  return folder
}

for (const file of documents) {
  const blocks = blocksOf(file)
  describe(file, () => {
    for (const { code, line } of blocks.filter((b) => b.language === 'ts')) {
      it(`line ${line}: is examples/loop.ts, which runs as a test`, () => {
        const example = readFileSync('examples/loop.ts', 'utf8').replaceAll('\r\n', '\n')
        assert.ok(example.includes(code.trim()), `${file}:${line} differs from examples/loop.ts`)
      })
    }
    const shell = blocks
      .filter((b) => b.language === 'sh')
      .map((b) =>
        b.code
          .split('\n')
          .filter((l) => l && !runsAnyway.test(l))
          .join('\n'),
      )
      .filter((code) => code)
    it(
      'shell blocks run, one after the other, in a folder with photos',
      { skip: process.platform === 'win32' || shell.length === 0 },
      async () => {
        const folder = await readersFolder()
        try {
          const done = spawnSync('sh', ['-euc', shell.join('\n')], {
            cwd: folder,
            encoding: 'utf8',
            env: {
              ...process.env,
              PATH: `${path.join(folder, 'bin')}:${process.env['PATH']}`,
              BOWERBIRD_ENCODER: 'builtin',
            },
          })
          assert.equal(done.status, 0, `${file}\n${done.stdout}\n${done.stderr}`)
        } finally {
          rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
        }
      },
    )
  })
}

test('docs/reference.md is what the steps say', () => {
  const done = spawnSync(process.execPath, ['scripts/reference.ts', '--check'], { encoding: 'utf8' })
  assert.equal(done.status, 0, done.stderr)
})
