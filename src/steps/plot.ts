import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { Failure } from '../base/index.ts'
import type { Metadata } from './annotate-metadata.ts'
import { writePlots } from './annotate-results.ts'
import { step } from './step.ts'

export const plot = step({
  name: 'plot',
  summary: 'Draw the plots of annotated results anew',
  input: z.object({
    results: z.string().min(1).describe('the folder that annotate wrote'),
  }),
  output: z.object({ to: z.string(), files: z.array(z.string()) }),
  takes: 'a while',
  runs: 'apart',
  reads: false,
  positional: ['results'],
  async run({ results }) {
    const to = path.resolve(results)
    return { to, files: [...(await writePlots(to, await metadataIn(to)))] }
  },
})

async function metadataIn(folder: string): Promise<Metadata> {
  const file = path.join(folder, 'metadata.json')
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Failure(
      'not-found',
      `cannot plot ${folder}: annotate writes a metadata.json there, and none can be read`,
      {
        cause,
      },
    )
  })
  try {
    const read = JSON.parse(text) as Partial<Metadata>
    if (read.images && read.classes && read.history && read.alignment) return read as Metadata
  } catch {
    // Told below, with what is not JSON at all.
  }
  throw new Failure('corrupt-data', `cannot plot ${folder}: ${file} is not what annotate writes`)
}
