// npm as the user set it up: its registry, its proxy, its tokens. We know none of them.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

export type NpmRun = { readonly code: number; readonly said: string }
/** As shells say it. */
export const npmNotFound = 127
type Command = { readonly command: string; readonly before: readonly string[]; readonly shell: boolean }

/** npm runs packages' scripts for us never; a mirror that hangs is given up after a minute. */
const always = [
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--no-update-notifier',
  '--loglevel=error',
  '--fetch-retries=2',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=5000',
  '--fetch-timeout=60000',
]

/** Runs npm until it ends or the signal fires; what it said is kept for the sentence of a failure. */
export async function runNpm(
  args: readonly string[],
  o: { readonly folder: string; readonly signal: AbortSignal; readonly npm?: string },
): Promise<NpmRun> {
  const { command, before, shell } = commandOf(o.npm)
  const quoted = [...before, ...args, ...always].map((arg) =>
    shell && /[\s"&]/.test(arg) ? `"${arg}"` : arg,
  )
  return new Promise((resolve) => {
    const child = spawn(command, quoted, {
      cwd: o.folder,
      shell,
      windowsHide: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    const stop = () => child.kill()
    o.signal.addEventListener('abort', stop, { once: true })
    const end = (code: number) => {
      o.signal.removeEventListener('abort', stop)
      resolve({ code, said: said.slice(-4000) })
    }
    child.stderr.on('data', (bytes) => (said += String(bytes)))
    child.on('error', (error) => {
      said += error.message
      end(npmNotFound)
    })
    child.on('close', (code) => end(code ?? 1))
  })
}

/** The npm that runs us, else the one beside the machine's Node, else the one on the PATH. */
function commandOf(given: string | undefined): Command {
  const runsUs = given ?? process.env['npm_execpath']
  const beside = path.join(
    path.dirname(process.execPath),
    '..',
    'lib',
    'node_modules',
    'npm',
    'bin',
    'npm-cli.js',
  )
  const besideOnWindows = path.join(
    path.dirname(process.execPath),
    'node_modules',
    'npm',
    'bin',
    'npm-cli.js',
  )
  // npm_execpath is yarn's or pnpm's own script when one of them runs us: their `pack` is another command.
  for (const cli of [runsUs, beside, besideOnWindows]) {
    if (cli && /npm-cli\.c?js$/.test(cli) && existsSync(cli)) {
      return { command: process.execPath, before: [cli], shell: false }
    }
  }
  // Windows has npm.cmd, which only a shell can start.
  return { command: 'npm', before: [], shell: process.platform === 'win32' }
}
