import { z } from 'zod'
import type { Label } from '../base/index.ts'
import { membersOf } from './cluster-members.ts'
import { levelField } from './clusters.ts'
import { byField, classField, imageField, projectField } from './fields.ts'
import { step } from './step.ts'

export const labelCluster = step({
  name: 'label-cluster',
  summary: 'Give all images of a cluster one label; one undo takes it back',
  input: z.object({
    project: projectField,
    cluster: z.int().min(0).describe('the cluster’s number, as the step clusters gives it'),
    label: classField,
    level: levelField,
    except: z.array(imageField).max(10_000).optional().describe('images of it that show something else'),
    by: byField,
    seconds: z.number().min(0).optional().describe('how long the person took'),
  }),
  output: z.object({
    labelled: z.int().describe('how many images have the label from now on'),
    before: z.int().describe('how many had a label already and keep it'),
    gold: z.int().describe('how many are gold, for which each has to be looked at'),
    position: z.int().describe('where the ledger stands now'),
  }),
  takes: 'a moment',
  runs: 'here',
  reads: false,
  positional: ['project', 'cluster', 'label'],
  then: 'train',
  async run(it, { store, now }) {
    const { project: name, cluster, level, by } = it
    const project = await store.projects.get(name)
    const { open, before, gold } = await membersOf(store, project, it)
    const classes = await store.classes.ensure(name, [it.label])
    const { id } = classes.find((c) => c.name === it.label)!
    const at = now()
    const seconds = it.seconds === undefined ? null : it.seconds / Math.max(1, open.length)
    const labels = open.map((image): Label => ({
      image: image.id,
      class: id,
      origin: 'annotate',
      by,
      at,
      seconds,
    }))
    const position = await store.labels.add(name, labels, `cluster ${cluster} of ${level} at ${at}`)
    return { labelled: open.length, before, gold, position }
  },
})
