import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { followersOf, stepNames, steps } from '../../src/steps/index.ts'

for (const step of steps) {
  describe(`the step ${step.name}`, () => {
    it('says what it does in one sentence', () => assert.match(step.summary, /^[A-Z][^.]{10,110}$/))
    it('describes every field, for help and forms', () => {
      for (const [name, field] of Object.entries(step.input.shape)) {
        const { description } = field as { description?: string }
        assert.ok(description, `${step.name}.${name} has no description`)
      }
    })
    it('takes its arguments without a flag only from fields that it has', () => {
      for (const name of step.positional ?? []) assert.ok(name in step.input.shape, name)
    })
    it('is followed only by a step that there is and that a project alone can start', () => {
      for (const name of followersOf(step)) {
        const next = steps.find((s) => s.name === name)
        assert.ok(next?.input.safeParse({ project: 'birds' }).success, name)
      }
    })
  })
}
test('a step is found by its name', () =>
  assert.deepEqual(
    steps.map((step) => step.name),
    [...stepNames],
  ))
