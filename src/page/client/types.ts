// The shapes the server answers with, derived from the steps: nothing is typed twice.
import type { OutputOf } from '../../steps/index.ts'

export type { Job } from '../../base/index.ts'
export type ProjectView = OutputOf<'project'>
export type ClassView = ProjectView['classes'][number]
export type ImagePage = OutputOf<'images'>
export type ImageView = ImagePage['images'][number]
export type ImageStory = OutputOf<'image'>
export type Question = OutputOf<'ask'>['questions'][number]
export type ClusterView = OutputOf<'clusters'>['clusters'][number]
export type Suspect = OutputOf<'suspects'>['suspects'][number]
export type VersionView = OutputOf<'versions'>['versions'][number]
export type Evaluation = OutputOf<'evaluate'>
export type Prediction = {
  readonly predicted_class: string
  readonly confidence: number
  /** Every class, where the server tells them. */
  readonly all?: readonly { readonly class: string; readonly confidence: number }[]
}
