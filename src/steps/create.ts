import { z } from 'zod'
import { Failure } from '../base/index.ts'
import { classField, encoderField, encoderNamed, perhaps, projectField } from './fields.ts'
import { showProject } from './show.ts'
import { step } from './step.ts'
import { ProjectView } from './views.ts'

const shareField = z.number().min(0).max(0.9).default(0.1)

export const create = step({
  name: 'create',
  summary: 'Create an empty project',
  input: z.object({
    project: projectField,
    title: z.string().trim().min(1).max(200).optional().describe('the name that people read'),
    encoder: perhaps(encoderField),
    classes: z.array(classField).max(10_000).optional().describe('the names of its classes, in their order'),
    seed: z
      .int()
      .min(0)
      .optional()
      .describe('the same seed gives the same bytes; as configured, if left out'),
    testShare: shareField.describe('the share of images kept as gold: only ever measured on'),
    validationShare: shareField.describe('the share of images kept to choose settings by'),
  }),
  output: ProjectView,
  takes: 'a moment',
  runs: 'here',
  reads: false,
  positional: ['project'],
  async run(input, { store, configuration: configured, now }) {
    const { project: name, testShare, validationShare } = input
    if (testShare + validationShare > 0.9) {
      throw new Failure(
        'bad-input',
        `cannot create ${name}: testShare and validationShare together are at most 0.9, and they are ` +
          `${testShare + validationShare}`,
      )
    }
    const created = await store.projects.create({
      name,
      testShare,
      validationShare,
      isDemo: false,
      at: now(),
      title: input.title ?? name,
      encoder: encoderNamed(input.encoder ?? configured.encoder),
      seed: input.seed ?? configured.seed,
    })
    if (input.classes?.length) await store.classes.ensure(name, input.classes)
    return showProject(store, created)
  },
})
