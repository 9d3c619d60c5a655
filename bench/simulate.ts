// Sessions on the demo's 2,000 pictures, played by child processes and, in turn, in one process with one thread.
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openBowerbird, type Bowerbird } from '../src/index.ts'
import { interleaved, type Bench } from './bench.ts'

const rounds = 3
const children = 2
const given = { project: 'demo', seeds: 4, rounds: 10, again: true } as const

export const bench: Bench = {
  name: 'simulate',
  says: `five strategies × ${given.seeds} seeds on the demo: seconds with ${children} children / in one process`,
  async run(report) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-bench-'))
    // A folder for each: a job may be taken by whoever works on its folder.
    const [one, other] = ['one', 'other'].map((name) => path.join(folder, name))
    try {
      await prepared(one!)
      cpSync(one!, other!, { recursive: true })
      await using alone = await opened(one!, 1)
      await using shared = await opened(other!, children)
      const play = (by: Bowerbird) => async () => {
        const { strategies } = await by.simulate(given)
        report.say(strategies.map((its) => `${its.strategy} ${its.area.value}`).join(', '))
      }
      const seconds = await interleaved(rounds, { alone: play(alone), shared: play(shared) })
      report.row({ by: 'one process, one thread', seconds: seconds['alone']!.toFixed(1) })
      report.row({ by: `${children} children`, seconds: seconds['shared']!.toFixed(1) })
      return seconds['shared']! / seconds['alone']!
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  },
}

const opened = (data: string, cores: number) => openBowerbird({ data, cores, encoder: 'builtin' })

async function prepared(data: string): Promise<void> {
  await using bower = await opened(data, children)
  await bower.add({ project: 'demo', from: 'demo' })
  await bower.embed({ project: 'demo' })
}
