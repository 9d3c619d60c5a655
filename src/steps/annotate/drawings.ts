// Plots as PNG, for documents that take no SVG.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { drawn } from '../../images/index.ts'

/** Beside each SVG of `files`, which lie in `to`; gives the names of what was drawn. */
export async function drawPngs(
  to: string,
  files: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const drawings: string[] = []
  for (const file of files) {
    signal.throwIfAborted()
    const drawing = file.replace(/svg$/, 'png')
    await writeFile(path.join(to, drawing), await drawn(await readFile(path.join(to, file), 'utf8')))
    drawings.push(drawing)
  }
  return drawings
}
