// The plots of results, drawn from their metadata alone, so that they can be drawn anew.
import { figures, type FigureName, type Svg, type Theme } from '../figures/index.ts'
import { matrix } from '../math/index.ts'
import type { ImageRecord, Metadata } from './metadata.ts'

const size = { width: 720, height: 320 }
/** Small pictures of some images, as data addresses. */
export type Small = ReadonlyMap<ImageRecord, string>
type Plot = {
  readonly title: string
  /** How to read it. */
  readonly says: string
  readonly draw: (of: Metadata, theme: Theme, small: Small) => Svg
}

export const plots = {
  distribution: {
    title: 'How many images each class has',
    says: 'Counts and shares; a class that nothing went to may be absent from the pictures.',
    draw: ({ classes }, theme) =>
      figures.distribution.draw(
        classes.map(({ name, images }) => ({ name, count: images })),
        size,
        theme,
      ),
  },
  confidence: {
    title: 'How sure the labels are',
    says: 'A hump on the left is worth a look; the dashed line is the middle image.',
    draw: ({ images }, theme) =>
      figures.confidence.draw(
        images.map(({ confidence }) => confidence),
        size,
        theme,
      ),
  },
  convergence: {
    title: 'How the refinement settled',
    says: 'Both lines fall to nothing where the labels settle.',
    draw: ({ history, images }, theme) =>
      figures.convergence.draw(
        // The figure counts images, the method gives shares.
        history.map((round) => ({ ...round, changed: Math.round(round.changed * images.length) })),
        size,
        theme,
      ),
  },
  alignment: {
    title: 'Which class each cluster went to',
    says: 'Rows are clusters, columns classes: dark cells on the diagonal are clusters of one thing.',
    draw: (of, theme) => figures.alignment.draw(alignmentOf(of), size, theme),
  },
  map: {
    title: 'Images that look alike lie close',
    says: 'A plane through the embeddings, coloured by class: islands of two colours are worth a look.',
    draw: (of, theme, small) => figures.map.draw(mapOf(of, small), { ...size, height: 520 }, theme),
  },
} satisfies Partial<Record<FigureName, Plot>>
export type PlotName = keyof typeof plots

/** Without classes that nothing went to: a map of 101 columns is to be read. */
function alignmentOf({ alignment, classes }: Metadata) {
  const names = classes.filter(({ images }) => images > 0).map(({ name }) => name)
  const own = alignment.filter(({ cluster }) => cluster >= 0)
  const weights = matrix(own.length, names.length)
  own.forEach((row, i) => {
    names.forEach((name, c) => (weights.data[i * names.length + c] = row.classes[name] ?? 0))
  })
  return { clusters: own.map(({ cluster }) => `cluster ${cluster}`), classes: names, weights }
}

const pointsMost = 20_000 // 300 kB of SVG; more points lie on one another

function drawnOf({ images }: Metadata): readonly ImageRecord[] {
  const step = Math.max(1, images.length / pointsMost)
  return Array.from({ length: Math.min(images.length, pointsMost) }, (_, i) => images[Math.floor(i * step)]!)
}

const cells = { across: 9, up: 7 } // of 60 pixels: pictures of 28 stay apart

/** An image for each part of the map that has some: of those there, the one nearest to its middle. */
export function scatteredOver(of: Metadata): readonly ImageRecord[] {
  const drawn = drawnOf(of)
  const [x, y] = [0, 1].map((axis) => {
    const all = drawn.map(({ at }) => at[axis]!)
    const [low, high] = [
      all.reduce((a, b) => Math.min(a, b), Infinity),
      all.reduce((a, b) => Math.max(a, b), -Infinity),
    ]
    const count = axis === 0 ? cells.across : cells.up
    return (record: ImageRecord) => ((record.at[axis]! - low) / (high - low || 1)) * (count - 1)
  }) as [(record: ImageRecord) => number, (record: ImageRecord) => number]
  const off = (record: ImageRecord) =>
    Math.hypot(x(record) - Math.round(x(record)), y(record) - Math.round(y(record)))
  const parts = Map.groupBy(drawn, (record) => `${Math.round(x(record))} ${Math.round(y(record))}`)
  return [...parts.values()].map((own) =>
    own.reduce((best, other) => (off(other) < off(best) ? other : best)),
  )
}

function mapOf(of: Metadata, small: Small) {
  const { classes } = of
  const place = new Map(classes.map(({ name }, i) => [name, i]))
  const drawn = drawnOf(of)
  return {
    thumbnails: drawn.flatMap((record, index) => {
      const href = small.get(record)
      return href === undefined ? [] : [{ index, href }]
    }),
    x: Float32Array.from(drawn, ({ at }) => at[0]),
    y: Float32Array.from(drawn, ({ at }) => at[1]),
    classOf: Int32Array.from(drawn, ({ label }) => place.get(label)!),
    classes: classes.map(({ name }) => name),
  }
}
