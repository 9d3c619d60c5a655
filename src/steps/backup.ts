import { z } from 'zod'
import { step } from './step.ts'

export const backup = step({
  name: 'backup',
  summary: 'Copy everything into a new folder while work goes on',
  input: z.object({ to: z.string().min(1).describe('the folder to write; it must not hold anything yet') }),
  output: z.object({ rows: z.int(), blobs: z.int() }),
  takes: 'a while',
  runs: 'here',
  reads: false,
  positional: ['to'],
  async run({ to }, { store, progress }) {
    progress({ done: 0, total: null, sentence: `copying to ${to}` })
    return store.backup(to)
  },
})
