import { z } from 'zod'
import { step } from './step.ts'

const msPerMinute = 60_000

export const tidy = step({
  name: 'tidy',
  summary: 'Free the bytes that removed projects left, and merge small files, while work goes on',
  input: z.object({
    minutes: z
      .number()
      .min(0)
      .default(60)
      .describe('a file that nothing names is kept for so long: it may be on its way'),
  }),
  output: z.object({
    blobs: z.int().describe('how many pictures, heads and other blobs are gone'),
    bytes: z.int().describe('how many bytes that freed'),
    packs: z.int().describe('how many files of many pictures were written anew, without the dead ones'),
    shards: z.int().describe('how many small files of embeddings went into larger ones'),
  }),
  takes: 'a while',
  runs: 'apart',
  reads: false,
  async run({ minutes }, { store, now, signal, progress }) {
    progress({ done: 0, total: null, sentence: 'looking for bytes that nothing names' })
    const freed = await store.tidy({ before: now() - minutes * msPerMinute, signal })
    progress({ done: 1, total: 1, sentence: `${freed.blobs} blobs removed, ${freed.bytes} bytes freed` })
    return freed
  },
})
