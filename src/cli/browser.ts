import { spawn } from 'node:child_process'
import type { CliOptions } from './options.ts'

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}
const elsewhere = ['xdg-open'] as const

/** Shows the page to whoever sits before a screen; in CI and over a plain connection it does nothing. */
export function openBrowser(url: string, o: Pick<CliOptions, 'out' | 'env'>): void {
  const opener = openers[process.platform]
  const hasDisplay = opener !== undefined || Boolean(o.env['DISPLAY'] || o.env['WAYLAND_DISPLAY'])
  if (!o.out.isTTY || o.env['CI'] || !hasDisplay) return
  const [command, ...args] = opener ?? elsewhere
  // The address stands on the screen: a browser that does not open is no failure.
  spawn(command, [...args, url], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref()
}
