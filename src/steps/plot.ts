import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { Failure } from '../base/index.ts'
import { writePlots, type Metadata } from '../results/index.ts'
import { drawPngs } from './annotate/drawings.ts'
import { picturesAt } from './annotate/pictures.ts'
import { step } from './step.ts'

export const plot = step({
  name: 'plot',
  summary: 'Draw the plots of annotated results anew',
  input: z.object({
    results: z.string().min(1).describe('the folder that annotate wrote'),
    png: z.boolean().default(false).describe('whether to draw them as PNG, too, twice as dense'),
  }),
  output: z.object({ to: z.string(), files: z.array(z.string()) }),
  takes: 'a while',
  runs: 'apart',
  reads: false,
  alone: () => true,
  positional: ['results'],
  async run({ results, png }, { images, signal }) {
    const to = path.resolve(results)
    const metadata = await metadataIn(to)
    const paths = metadata.images.map(({ file }) => file && path.join(to, file))
    const { thumbnail } = picturesAt(paths, { way: 'copy', images })
    const files = await writePlots(to, metadata, thumbnail)
    return { to, files: png ? [...files, ...(await drawPngs(to, files, signal))] : [...files] }
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
