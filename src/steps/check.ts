import { z } from 'zod'
import { step } from './step.ts'

export const check = step({
  name: 'check',
  summary: 'Read everything once and name what is damaged or missing',
  input: z.object({}),
  output: z.object({ faults: z.array(z.string()) }),
  takes: 'a while',
  runs: 'here',
  reads: false,
  async run(_, { store, progress }) {
    progress({ done: 0, total: null, sentence: 'reading everything once' })
    return { faults: [...(await store.check())] }
  },
})
