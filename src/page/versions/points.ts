import type { CurvePoint } from '../../figures/index.ts'
import type { VersionView } from '../client/types.ts'

/** The curve of a project, oldest version first: the list comes newest first. */
export const pointsOf = (versions: readonly VersionView[]): readonly CurvePoint[] =>
  [...versions]
    .reverse()
    .flatMap(({ trainedOn, figures: { accuracy } }) =>
      accuracy ? [{ labels: trainedOn, value: accuracy.value, low: accuracy.low, high: accuracy.high }] : [],
    )
