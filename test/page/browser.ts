// The real page in a real browser, served by the real program.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { startProgram } from '../cli/program.ts'

const root = path.join(import.meta.dirname, '../..')
const place = process.env['BOWERBIRD_CHROMIUM'] ?? '/usr/bin/chromium'
export const hasBrowser = existsSync(place)
export const skipped = hasBrowser ? false : `no browser at ${place}: the page is NOT tested`
if (!hasBrowser) console.error(`*** ${String(skipped)} ***`)

export type Served = {
  readonly url: string
  readonly data: string
  /** Stops the program and keeps the data; gives the same page again at the same address. */
  restart(): Promise<void>
  stop(): Promise<void>
  close(): Promise<void>
}

const startMs = 30_000

/** `bowerbird serve` on a folder of its own, or on the one given. */
export async function serveProgram(o: { readonly data?: string } = {}): Promise<Served> {
  buildPage()
  const data = o.data ?? mkdtempSync(path.join(os.tmpdir(), 'bowerbird-page-'))
  let running = await start(data, '0')
  const { port } = new URL(running.url)
  const stop = async (): Promise<void> => {
    running.child.kill('SIGTERM')
    await running.ended
  }
  return {
    url: running.url,
    data,
    stop,
    async restart() {
      running = await start(data, port)
    },
    async close() {
      await stop()
      if (!o.data) rmSync(data, { recursive: true, force: true })
    },
  }
}

async function start(data: string, port: string) {
  const program = startProgram(['serve', '--data', data, '--port', port, '--encoder', 'builtin'])
  const until = performance.now() + startMs
  for (;;) {
    const url = /http:\/\/\S+/.exec(program.text())?.[0]
    if (url) return { ...program, url }
    if (performance.now() > until || program.child.exitCode !== null)
      throw new Error(`bowerbird did not start: ${program.text()}`)
    await new Promise((done) => setTimeout(done, 50))
  }
}

/** `npm test` has built it; a single test run by hand may be the first to need it. */
function buildPage(): void {
  if (existsSync(path.join(root, 'dist/page/index.html'))) return
  const vite = path.join(root, 'node_modules/vite/bin/vite.js')
  const done = spawnSync(process.execPath, [vite, 'build', 'src/page', '--logLevel', 'error'], { cwd: root })
  if (done.status !== 0) throw new Error(`the page was not built: ${String(done.stderr)}`)
}

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: place,
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

export type Look = {
  readonly width?: number
  readonly height?: number
  readonly theme?: 'dark' | 'light'
}
export type Opened = { readonly page: Page; readonly faults: readonly string[] }

/** A page with a memory of its own; whatever goes wrong in it is collected. */
export async function openPage(browser: Browser, url: string, look: Look = {}): Promise<Opened> {
  const { width = 1280, height = 800, theme = 'dark' } = look
  const context = await browser.newContext({ viewport: { width, height } })
  await context.addInitScript(
    (kept) => localStorage.setItem('bowerbird.settings', kept),
    JSON.stringify({ theme }),
  )
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  await page.goto(url)
  return { page, faults }
}
