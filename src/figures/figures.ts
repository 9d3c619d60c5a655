// Every figure that a report can hold, a row each: what it shows, and how it is drawn.
import { convergence } from './convergence.ts'
import { curve } from './curve.ts'
import { curves } from './curves.ts'
import { distribution } from './distribution.ts'
import { duels } from './duels.ts'
import { heatMap } from './heat-map.ts'
import { histogram } from './histogram.ts'
import { matrix } from './matrix.ts'
import { scatter } from './scatter.ts'
import type { Svg } from './svg.ts'
import type { Theme } from './theme.ts'

type Size = { readonly width: number; readonly height: number }
export type Figure<Data> = {
  readonly says: string
  readonly draw: (data: Data, size: Size, theme: Theme) => Svg
}

export const figures = {
  distribution: { says: 'how many images each class has', draw: distribution },
  confidence: { says: 'how sure the labels are', draw: histogram },
  convergence: { says: 'how the refinement settled, round by round', draw: convergence },
  alignment: { says: 'which class each cluster belongs to', draw: heatMap },
  map: { says: 'images that look alike lie close', draw: scatter },
  accuracy: { says: 'how accuracy grew with labels', draw: curve },
  sessions: { says: 'how strategies compare, session by session', draw: curves },
  duels: { says: 'which strategy beats which, and whether it is significant', draw: duels },
  confusion: { says: 'what is taken for what', draw: matrix },
} satisfies Record<string, Figure<never>>
export type FigureName = keyof typeof figures
