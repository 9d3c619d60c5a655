// Every act of the loop, in the order that people meet them: commands, routes and clients derive from it.
import type { z } from 'zod'
import { namesOf } from '../base/index.ts'
import { add } from './add.ts'
import { annotate } from './annotate.ts'
import { answer } from './answer.ts'
import { ask } from './ask.ts'
import { backup } from './backup.ts'
import { check } from './check.ts'
import { classes } from './classes.ts'
import { cluster } from './cluster.ts'
import { clusters } from './clusters.ts'
import { config } from './config.ts'
import { create } from './create.ts'
import { effort } from './effort.ts'
import { embed } from './embed.ts'
import { evaluate } from './evaluate.ts'
import { exportLabels } from './export.ts'
import { image } from './image.ts'
import { images } from './images.ts'
import { labelCluster } from './label-cluster.ts'
import { ledger } from './ledger.ts'
import { map } from './map.ts'
import { plot } from './plot.ts'
import { points } from './points.ts'
import { predict } from './predict.ts'
import { project } from './project.ts'
import { projects } from './projects.ts'
import { publish } from './publish.ts'
import { remove } from './remove.ts'
import { replay } from './replay.ts'
import { report } from './report.ts'
import { rollback } from './rollback.ts'
import { roundCompare } from './round-compare.ts'
import { roundRollback } from './round-rollback.ts'
import { round } from './round.ts'
import { score } from './score.ts'
import { sessionAdvance } from './session-advance.ts'
import { sessionCreate } from './session-create.ts'
import { sessionCancel, sessionPause, sessionResume, sessionStart } from './session-moves.ts'
import { sessionRemove } from './session-remove.ts'
import { sessionUpdate } from './session-update.ts'
import { session } from './session.ts'
import { sessions } from './sessions.ts'
import { simulate } from './simulate.ts'
import { spotCheck } from './spot-check.ts'
import type { Step } from './step.ts'
import { suspects } from './suspects.ts'
import { tidy } from './tidy.ts'
import { train } from './train.ts'
import { undo } from './undo.ts'
import { versions } from './versions.ts'

export const table = {
  projects,
  project,
  create,
  remove,
  classes,
  add,
  images,
  image,
  embed,
  score,
  cluster,
  clusters,
  'label-cluster': labelCluster,
  'spot-check': spotCheck,
  map,
  points,
  annotate,
  plot,
  ask,
  answer,
  undo,
  ledger,
  effort,
  train,
  evaluate,
  versions,
  publish,
  rollback,
  predict,
  sessions,
  session,
  'session-create': sessionCreate,
  'session-update': sessionUpdate,
  'session-start': sessionStart,
  'session-pause': sessionPause,
  'session-resume': sessionResume,
  'session-cancel': sessionCancel,
  'session-remove': sessionRemove,
  'session-advance': sessionAdvance,
  round,
  'round-compare': roundCompare,
  'round-rollback': roundRollback,
  suspects,
  report,
  simulate,
  replay,
  export: exportLabels,
  backup,
  check,
  tidy,
  config,
} satisfies Record<string, Step>

export type StepName = keyof typeof table
/** What a caller gives: fields with a default may be left out. */
export type InputOf<Name extends StepName> = z.input<(typeof table)[Name]['input']>
export type OutputOf<Name extends StepName> = z.output<(typeof table)[Name]['output']>

export const stepNames = namesOf(table)
export const steps: readonly Step[] = Object.values(table)
