#!/usr/bin/env node
import { spawn } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isPresentNewEnough, pinnedNode } from './pinned-node.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const main = path.join(root, 'dist', 'main.js')

// Here where that will do: a second process costs 0.05 s at the start and 42 MB until the end.
if (isPresentNewEnough()) {
  // As --no-warnings does: what Node has to say is for us, not for who labels pictures.
  process.removeAllListeners('warning')
  await import(pathToFileURL(main).href)
} else {
  const args = ['--no-warnings', main, ...process.argv.slice(2)]
  const child = spawn(pinnedNode(root), args, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
}
