// A House over the tests' steps in a folder of its own, gone when the test is.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import type { Job } from '../../src/base/index.ts'
import { endOf, openHouse, type House } from '../../src/jobs/index.ts'
import { configuration, type World } from '../../src/steps/index.ts'
import { openStore } from '../../src/store/index.ts'
import { testSteps } from './test-steps.ts'

export type TestHouse = House & { readonly folder: string; file(name: string): string }

type Left = { readonly closes: (() => Promise<void>)[]; readonly folders: string[] }
const leftBy = new WeakMap<TestContext, Left>()

/** First all houses close, then their folders go: a worker that is starting would make its folder anew. */
function leftOf(t: TestContext): Left {
  const known = leftBy.get(t)
  if (known) return known
  const left: Left = { closes: [], folders: [] }
  leftBy.set(t, left)
  t.after(async () => {
    await Promise.all(left.closes.map((close) => close()))
    for (const folder of left.folders) rmSync(folder, { recursive: true, force: true })
  })
  return left
}

export function newFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-jobs-'))
  leftOf(t).folders.push(folder)
  return folder
}

export async function houseOf(
  t: TestContext,
  o: { folder?: string; stays?: boolean; jobWorkers?: number; worker?: string; log?: World['log'] } = {},
): Promise<TestHouse> {
  const folder = o.folder ?? newFolder(t)
  const store = await openStore(folder)
  const house = openHouse({
    store,
    steps: testSteps,
    configuration: configuration.parse({ data: folder }),
    worker: {
      command: process.execPath,
      args: ['--no-warnings', o.worker ?? path.join(import.meta.dirname, 'worker.ts')],
    },
    jobWorkers: o.jobWorkers ?? 1,
    now: () => Date.now(),
    log: o.log ?? (() => {}),
    stays: o.stays ?? false,
  })
  const close = async (): Promise<void> => {
    await house.close()
    await store.close().catch(() => {})
  }
  leftOf(t).closes.push(close)
  return { ...house, close, folder, file: (name) => path.join(folder, name) }
}

export const ended = (house: House, job: Job): Promise<Job> => endOf(house.watch(job.id))

/** Looks until it is so; a test that waits for ever says what for. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  ms = 20_000,
): Promise<void> {
  const from = performance.now()
  while (!(await isSo())) {
    if (performance.now() - from > ms) throw new Error(`waited ${ms} ms in vain until ${what}`)
    await new Promise((done) => setTimeout(done, 20))
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
