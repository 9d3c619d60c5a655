// Types, pure rooms, the page, lint, format, walls and shape, side by side: under 20 s.
import { spawn } from 'node:child_process'

const fix = process.argv.includes('--fix')
const bin = (name: string) => `node_modules/${name}`
const checks: Record<string, readonly string[]> = {
  types: [bin('typescript7/bin/tsc'), '-p', 'tsconfig.json'],
  'pure rooms': [bin('typescript7/bin/tsc'), '-p', 'tsconfig.pure.json'],
  page: [bin('svelte-check/bin/svelte-check'), '--tsconfig', 'src/page/tsconfig.json', '--output', 'human'],
  lint: [bin('oxlint/bin/oxlint'), ...(fix ? ['--fix'] : []), '--quiet'],
  format: [bin('oxfmt/bin/oxfmt'), ...(fix ? [] : ['--check'])],
  walls: ['--test', '--test-reporter=dot', 'test/layers.test.ts'],
  shape: ['scripts/shape.ts', ...(fix ? [] : ['--gate'])],
  lockfile: ['scripts/check-lock.ts'],
}

type Outcome = {
  readonly name: string
  readonly status: number
  readonly seconds: number
  readonly text: string
}

function run(name: string, args: readonly string[]): Promise<Outcome> {
  const from = performance.now()
  const child = spawn(process.execPath, args, { env: { ...process.env, FORCE_COLOR: '0' } })
  let text = ''
  child.stdout.on('data', (d: Buffer) => (text += d.toString()))
  child.stderr.on('data', (d: Buffer) => (text += d.toString()))
  return new Promise((done) =>
    child.on('close', (status) =>
      done({ name, status: status ?? 1, seconds: (performance.now() - from) / 1000, text }),
    ),
  )
}

const outcomes = await Promise.all(Object.entries(checks).map(([name, args]) => run(name, args)))
for (const { name, status, seconds, text } of outcomes) {
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(10)} ${seconds.toFixed(1)} s`)
  if (status !== 0 || name === 'shape') console.log(text.trimEnd())
}
process.exit(outcomes.every((o) => o.status === 0) ? 0 : 1)
