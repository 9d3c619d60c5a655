// A simulation on the disk: everything as JSON, each session's rounds as CSV, the mean curves as SVG.
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../base/index.ts'
import { curves, themes } from '../figures/index.ts'
import { writeCsv } from '../formats/index.ts'
import type { Played, Sessions } from './simulate-compare.ts'

const size = { width: 720, height: 420 }

export async function writeSimulation(
  to: string,
  of: { readonly report: { readonly strategies: readonly Played[] }; readonly sessions: Sessions },
): Promise<string[]> {
  const folder = path.resolve(to)
  const lines = of.report.strategies.map((its) => ({ name: its.strategy, points: its.curve }))
  const files = {
    'simulation.json': `${JSON.stringify(of.report, null, 2)}\n`,
    'sessions.csv': writeCsv(sheetOf(of.sessions)),
    'curves.svg': `${curves(lines, size, themes.light)}\n`,
  }
  try {
    await mkdir(folder, { recursive: true })
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text)
  } catch (cause) {
    const rule = 'it must be a folder that can be written'
    throw new Failure('not-allowed', `cannot write the simulation to ${folder}: ${rule}`, { cause })
  }
  return Object.keys(files).map((name) => path.join(folder, name))
}

function sheetOf(sessions: Sessions): string[][] {
  const rows = [...sessions].flatMap(([player, some]) =>
    some.flatMap(({ labels, accuracy }, seed) =>
      labels.map((count, i) => [player, seed + 1, i + 1, count, accuracy[i]!].map(String)),
    ),
  )
  return [['strategy', 'seed', 'round', 'labels', 'accuracy'], ...rows]
}
