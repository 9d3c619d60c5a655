// Runs on the machine's own Node (20.19 or newer), in plain JavaScript, with no dependency:
// installs what the lockfile names, builds what changed, then runs the task on the pinned Node.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { pinnedNode } from '../bin/pinned-node.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const at = (...parts) => path.join(root, ...parts)
const hash = (text) => createHash('sha256').update(text).digest('hex')
const say = (text) => process.stderr.write(`${text}\n`)
const [task = 'start', ...rest] = process.argv.slice(2)

/** The npm that is running us, or the one on the PATH. */
function npm(args, node = process.execPath) {
  const cli = process.env.npm_execpath
  const options = { cwd: root, stdio: 'inherit', env: { ...process.env, npm_config_ignore_scripts: 'true' } }
  const done = cli
    ? spawnSync(node, [cli, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
  return done.status ?? 1
}

/** Other platforms' halves of onnxruntime-node (291 MB become 45) and the headers of Node (67 MB). */
function dropWhatOthersNeed() {
  const native = at('node_modules/onnxruntime-node/bin/napi-v6')
  for (const os of existsSync(native) ? readdirSync(native) : []) {
    for (const cpu of readdirSync(path.join(native, os))) {
      const isOurs = os === process.platform && cpu === process.arch
      if (!isOurs) rmSync(path.join(native, os, cpu), { recursive: true })
    }
  }
  for (const name of readdirSync(at('node_modules')).filter((n) =>
    /^node-(bin-)?(linux|darwin|win)-/.test(n),
  )) {
    rmSync(at('node_modules', name, 'include'), { recursive: true, force: true })
  }
}

function install() {
  const stamp = at('node_modules', '.installed')
  const want = hash(readFileSync(at('package-lock.json'), 'utf8') + process.platform + process.arch)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return
  say('Installing what package-lock.json names (once)')
  // NODE_ENV=production would leave out the build tools and the pinned Node.
  const status = npm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'])
  if (status !== 0) process.exit(status)
  dropWhatOthersNeed()
  writeFileSync(stamp, want)
}

function* filesBelow(folder) {
  for (const entry of readdirSync(at(folder), { withFileTypes: true })) {
    const name = path.join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(name)
    else yield name
  }
}

/** A list of names, sizes and times: cheaper than reading, and enough to see an edit. */
function stateOf(folders) {
  const files = folders.flatMap((folder) => [...filesBelow(folder)]).sort()
  return hash(files.map((f) => `${f} ${statSync(at(f)).size} ${statSync(at(f)).mtimeMs}`).join('\n'))
}

const node = () => pinnedNode(root)
const environment = () => ({
  ...process.env,
  PATH: path.dirname(node()) + path.delimiter + process.env.PATH,
  NODE_NO_WARNINGS: '1',
})

function run(args) {
  const done = spawnSync(node(), args, { cwd: root, stdio: 'inherit', env: environment() })
  if (done.status !== 0) process.exit(done.status ?? 1)
}

function build({ anew }) {
  const stamp = at('dist', '.built')
  const want = stateOf(['src'])
  if (!anew && existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return
  say('Building')
  rmSync(at('dist'), { recursive: true, force: true })
  mkdirSync(at('dist'))
  run([at('node_modules/typescript7/bin/tsc'), '-p', 'tsconfig.build.json'])
  run([at('scripts/bundle.ts')])
  run([at('node_modules/vite/bin/vite.js'), 'build', 'src/page', '--logLevel', 'warn'])
  writeFileSync(stamp, want)
}

/** Starts the program and ends with it; npm dies on SIGTERM without passing it on, so its end is watched. */
function start(args) {
  const child = spawn(node(), [at('dist/main.js'), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: environment(),
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref()
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
}

const tasks = {
  start: () => start(['serve', '--demo', '--open', ...rest]),
  run: () => start(rest),
  build: () => build({ anew: true }),
  test: () => run([at('scripts/test.ts'), ...rest]),
  check: () => run([at('scripts/check.ts'), ...rest]),
  packed: () => run([at('scripts/packed.ts'), ...rest]),
  bench: () => run([at('bench/run.ts'), ...rest]),
  // npm on an old Node would pick old versions of packages: this runs it on the pinned one.
  npm: () => process.exit(npm(rest, node())),
}

if (!Object.hasOwn(tasks, task)) {
  say(`unknown task "${task}": the tasks are ${Object.keys(tasks).join(', ')}`)
  process.exit(2)
}
if (task !== 'npm') install()
if (['start', 'run', 'test', 'bench', 'packed'].includes(task)) build({ anew: false })
tasks[task]()
