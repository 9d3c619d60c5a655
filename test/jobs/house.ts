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

const makeFolder = (): string => mkdtempSync(path.join(os.tmpdir(), 'bowerbird-jobs-'))
const dropFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })

export const newFolder = (t: TestContext): string => {
  const folder = makeFolder()
  t.after(() => dropFolder(folder))
  return folder
}

export async function houseOf(
  t: TestContext,
  o: { folder?: string; stays?: boolean; jobWorkers?: number; worker?: string; log?: World['log'] } = {},
): Promise<TestHouse> {
  const folder = o.folder ?? makeFolder()
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
  // In this order: a folder that goes first is written to again.
  t.after(async () => {
    await close()
    if (o.folder === undefined) dropFolder(folder)
  })
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
