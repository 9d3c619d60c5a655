// The real program as a process of its own: what a person at a shell gets.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { main } from '../../src/cli/index.ts'
import { demoImages } from '../../src/images/index.ts'
import type { House } from '../../src/jobs/index.ts'

const mainFile = path.join(import.meta.dirname, '../../src/main.ts')
export type Ran = { readonly code: number | null; readonly out: string; readonly err: string }
export type Running = { readonly child: ChildProcess; readonly ended: Promise<Ran>; text(): string }

export function startProgram(args: readonly string[], o: { cwd?: string } = {}): Running {
  const child = spawn(process.execPath, ['--no-warnings', mainFile, ...args], {
    cwd: o.cwd ?? os.tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', CI: '1' },
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()))
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()))
  const ended = new Promise<Ran>((done) => child.on('close', (code) => done({ code, out, err })))
  return { child, ended, text: () => out + err }
}
export const run = (...args: readonly string[]): Promise<Ran> => startProgram(args).ended

/** The same command line on a House that is open: many commands in the time that one process takes to start. */
export async function runHere(args: readonly string[], house: House): Promise<Ran> {
  let [out, err] = ['', '']
  const never = (): never => {
    throw new Error('these tests serve and restore as processes')
  }
  const code = await main(args, {
    steps: house.steps,
    version: '0.0.0',
    out: { write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
    env: {},
    interrupted: new AbortController().signal,
    openHouse: async () => ({ ...house, close: async () => {} }),
    performAlone: never,
    serve: never,
    restore: never,
  })
  return { code, out, err }
}

export const tempFolder = (): string => mkdtempSync(path.join(os.tmpdir(), 'bowerbird-cli-'))
export const drop = (folder: string): void => rmSync(folder, { recursive: true, force: true })

/** Demo images in one folder for each class, `each` a class. */
export async function classFolders(folder: string, classes: readonly string[], each: number): Promise<void> {
  const demo = await demoImages()
  for (const name of classes) {
    mkdirSync(path.join(folder, name), { recursive: true })
    const place = demo.classes.indexOf(name)
    const ids = demo.labels.flatMap((label, i) => (label === place ? [i] : [])).slice(0, each)
    for (const id of ids) writeFileSync(path.join(folder, name, demo.names[id]!), await demo.bytes(id))
  }
}
