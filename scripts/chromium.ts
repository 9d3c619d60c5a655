// The browser that page tests drive: an installed one, else Debian's where root and apt are at hand.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const places = [
  process.env['BOWERBIRD_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

const maybeInstalled = () => places.find((place) => place && existsSync(place))

function installFromDebian(): void {
  const isRoot = process.getuid?.() === 0
  if (!isRoot || !existsSync('/usr/bin/apt-get')) return
  const quiet = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const
  spawnSync('apt-get', ['update', '-qq'], quiet)
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], quiet)
}

/** The browser's path; without one, page tests are skipped loudly, but never in CI. */
export function ensureChromium(): string | undefined {
  if (!maybeInstalled()) installFromDebian()
  const found = maybeInstalled()
  if (!found && process.env['CI']) throw new Error('no Chromium was found, and CI must test the page')
  if (!found) console.error('*** NO CHROMIUM: the tests of the page are skipped ***')
  return found
}
