// A simulation on the disk: everything as JSON, sessions, labels saved and duels as CSV, the mean curves and
// who beats whom as SVG and PNG.
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../../base/index.ts'
import { curves, duels, themes } from '../../figures/index.ts'
import { writeCsv } from '../../formats/index.ts'
import { drawn } from '../../images/index.ts'
import type { Duel, Played, Sessions } from './compare.ts'

type Report = { readonly strategies: readonly Played[]; readonly duels: readonly Duel[] }

const size = { width: 720, height: 420 }

export async function writeSimulation(
  to: string,
  of: { readonly report: Report; readonly sessions: Sessions },
): Promise<string[]> {
  const folder = path.resolve(to)
  const lines = of.report.strategies.map((its) => ({ name: its.strategy, points: its.curve }))
  const lineup = { players: lines.map(({ name }) => name), fought: of.report.duels }
  const svg = {
    curves: `${curves(lines, size, themes.light)}\n`,
    duels: `${duels(lineup, size, themes.light)}\n`,
  }
  const files = {
    'simulation.json': `${JSON.stringify(of.report, null, 2)}\n`,
    'sessions.csv': writeCsv(sheetOf(of.sessions)),
    'saved.csv': writeCsv(savedOf(of.report)),
    'duels.csv': writeCsv(duelsOf(of.report)),
    'curves.svg': svg.curves,
    'curves.png': await drawn(svg.curves),
    'duels.svg': svg.duels,
    'duels.png': await drawn(svg.duels),
  }
  try {
    await mkdir(folder, { recursive: true })
    for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content)
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

function savedOf({ strategies }: Report): string[][] {
  const rows = strategies.flatMap((its) =>
    its.saved.map(({ accuracy, took, chance, saved }) =>
      [its.strategy, accuracy, took?.value ?? '', chance?.value ?? '', saved ?? ''].map(String),
    ),
  )
  return [['strategy', 'accuracy', 'labels it took', 'labels random took', 'saved'], ...rows]
}

function duelsOf({ duels }: Report): string[][] {
  const rows = duels.map(({ winner, loser, difference, won, p, isSignificant }) =>
    [winner, loser, difference.value, won, p, isSignificant].map(String),
  )
  return [['winner', 'loser', 'difference of the areas', 'seeds won', 'p', 'significant'], ...rows]
}
