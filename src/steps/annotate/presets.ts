// What is worth its time at which size: a row each, chosen by the number of images unless one is named.
import { namesOf } from '../../base/index.ts'
import type { ClustererName } from '../../cluster/index.ts'

export type Preset = {
  readonly says: string
  /** It stands for so many images unless another is asked for. */
  readonly imagesMax: number
  /** Rounds of refinement at each level. */
  readonly rounds: number
  readonly cluster: ClustererName
  /** Pictures of each class in the report. */
  readonly samples: number
  /** Points on the map of the report. */
  readonly plotted: number
}

export const presets = {
  small: {
    says: 'up to 2,000 images',
    imagesMax: 2000,
    rounds: 5,
    cluster: 'kmeans',
    samples: 12,
    plotted: 2000,
  },
  medium: {
    says: 'up to 100,000 images',
    imagesMax: 100_000,
    rounds: 4,
    cluster: 'kmeans',
    samples: 12,
    plotted: 10_000,
  },
  large: {
    says: 'more, by small batches and, above 200,000, with approximate neighbours',
    imagesMax: Infinity,
    rounds: 3,
    cluster: 'kmeans',
    samples: 8,
    plotted: 20_000,
  },
} satisfies Record<string, Preset>
export type PresetName = keyof typeof presets
export const presetNames = namesOf(presets)

export const presetFor = (images: number): PresetName =>
  presetNames.find((name) => images <= presets[name].imagesMax)!
