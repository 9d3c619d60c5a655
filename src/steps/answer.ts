import { z } from 'zod'
import { labelOrigins, type Class, type ImageId, type Label } from '../base/index.ts'
import type { Store } from '../store/index.ts'
import { byField, classField, imageField, projectField } from './fields.ts'
import { classNamed, imagesOf } from './find.ts'
import { parseInput, step } from './step.ts'

const Answer = z.object({
  image: imageField,
  label: z.string().min(1).nullable().describe('the class; null takes the label away, or skips'),
  origin: z.enum(labelOrigins).exclude(['undo']).default('answer').describe('how the label came about'),
  seconds: z.number().min(0).optional().describe('how long the person took'),
})

export const answer = step({
  name: 'answer',
  summary: 'Label images: one answer, or up to 10,000 that one undo takes back',
  input: z.object({
    project: projectField,
    answers: z.array(Answer).min(1).max(10_000).describe('the images with their labels'),
    by: byField,
    act: z.string().min(1).max(200).optional().describe('answers of one act are undone together'),
    createClasses: z.boolean().default(false).describe('whether new names become classes'),
  }),
  output: z.object({
    position: z.int().describe('where the ledger stands now'),
    labelled: z.int().describe('how many images have a label now'),
  }),
  takes: 'a moment',
  runs: 'here',
  reads: false,
  positional: ['project'],
  then: ['train', 'session-advance'],
  async run({ project, answers, by, act, createClasses }, { store, now }) {
    await store.projects.get(project)
    await imagesOf(store, project, [...new Set(answers.map((a) => a.image))])
    const names = [...new Set(answers.flatMap((a) => (a.label === null ? [] : [a.label])))]
    const there = await store.classes.list(project)
    const classes = createClasses ? await withClasses(store, { project, there, names }) : there
    const at = now()
    const { position: before } = await store.projects.counts(project)
    const labels = answers.map((given) => labelOf(given, classes, { by, at }))
    const position = await store.labels.add(
      project,
      labels,
      // Nobody answers for one image twice from one ledger position within a millisecond.
      act ?? `${by} at ${before}, ${at}, image ${answers[0]!.image}`,
    )
    const { labelled } = await store.projects.counts(project)
    return { position, labelled }
  },
})

async function withClasses(
  store: Store,
  of: { readonly project: string; readonly there: readonly Class[]; readonly names: readonly string[] },
): Promise<readonly Class[]> {
  const known = new Set(of.there.map((c) => c.name))
  const added = of.names.filter((name) => !known.has(name))
  if (added.length === 0) return of.there
  const parsed = parseInput({ name: 'answer', input: NewClasses }, { classes: added })
  return store.classes.ensure(of.project, parsed.classes)
}
const NewClasses = z.object({ classes: z.array(classField) })

const labelOf = (
  given: z.infer<typeof Answer>,
  classes: readonly Class[],
  of: { readonly by: string; readonly at: number },
): Label => ({
  image: given.image as ImageId,
  class: given.label === null ? null : classNamed(classes, given.label).id,
  origin: given.origin,
  by: of.by,
  at: of.at,
  seconds: given.seconds ?? null,
})
