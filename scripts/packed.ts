// What a stranger gets: packs the package, installs it in an empty folder, and walks the loop with its command.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const isWindows = process.platform === 'win32'
const folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-packed-'))
const root = process.cwd()

function run(command: string, args: readonly string[], cwd = folder): string {
  console.log(`$ ${[path.basename(command), ...args].join(' ')}`)
  const done = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: isWindows,
    env: { ...process.env, npm_config_ignore_scripts: 'true', BOWERBIRD_ENCODER: 'builtin' },
  })
  if (done.status !== 0) {
    throw new Error(`${command} ended with ${done.status}:\n${done.stdout}${done.stderr}`)
  }
  return done.stdout
}

const npm = (args: readonly string[], cwd?: string) => {
  const cli = process.env['npm_execpath']
  return cli ? run(process.execPath, [cli, ...args], cwd) : run('npm', args, cwd)
}
const command = path.join(folder, 'node_modules', '.bin', isWindows ? 'bowerbird.cmd' : 'bowerbird')
const bowerbird = (...args: string[]) => run(command, args)

/** Serves until it answers, then asks it to stop. */
async function serveOnce(): Promise<void> {
  const child = spawn(command, ['serve', '--port', '0'], { cwd: folder, shell: isWindows })
  const url = await new Promise<string>((found, failed) => {
    let text = ''
    child.stdout.on('data', (d: Buffer) => {
      const match = /http:\/\/[\d.]+:\d+/.exec((text += d.toString()))
      if (match) found(match[0])
    })
    child.on('exit', () => failed(new Error(`serve ended before it served: ${text}`)))
  })
  const health = await (await fetch(`${url}/health`)).text()
  const page = await (await fetch(url)).text()
  if (health !== '{"status":"ok"}') throw new Error(`GET /health answered ${health}`)
  if (!page.includes('<div id="app"')) throw new Error('GET / did not answer with the page')
  child.kill('SIGINT')
  await new Promise((ended) => child.on('exit', ended))
  console.log(`served the page and /health on ${url}, and stopped`)
}

try {
  npm(['pack', '--pack-destination', folder], root)
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!
  npm(['install', '--no-audit', '--no-fund', '--prefix', folder, path.join(folder, tarball)])
  bowerbird('--version')
  bowerbird('add', 'demo', 'demo')
  const { questions } = JSON.parse(bowerbird('ask', 'demo', '--budget', '3', '--json')) as {
    questions: unknown[]
  }
  if (questions.length !== 3) throw new Error(`ask gave ${questions.length} questions, and 3 were wanted`)
  // Two seeds: sessions are played by child processes, which start from a file of their own.
  const game = ['simulate', 'demo', '--strategies', 'margin', '--seeds', '2', '--rounds', '2', '--json']
  const { strategies } = JSON.parse(bowerbird(...game)) as { strategies: unknown[] }
  if (strategies.length !== 2) throw new Error(`${strategies.length} strategies played, and not 2`)
  await serveOnce()
  console.log('ok: the packed program works in an empty folder')
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
