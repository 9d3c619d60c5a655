// Runs every test on the pinned Node, with coverage gated at 80% when nothing was picked out by name.
import { spawnSync } from 'node:child_process'
import { ensureChromium } from './chromium.ts'

const picked = process.argv.slice(2)
const chromium = ensureChromium()
const coverage = [
  '--experimental-test-coverage',
  '--test-coverage-include=src/**/*.ts',
  '--test-coverage-exclude=src/page/**',
  '--test-coverage-lines=80',
  '--test-coverage-branches=80',
]
const files = picked.length > 0 ? picked : ['test/**/*.test.ts']
const args = ['--test', '--test-reporter=spec', ...(picked.length > 0 ? [] : coverage), ...files]
const done = spawnSync(process.execPath, args, {
  stdio: 'inherit',
  env: { ...process.env, ...(chromium ? { BOWERBIRD_CHROMIUM: chromium } : {}) },
})
process.exit(done.status ?? 1)
