// The child side of the tests' houses: our own `work`, a real store, the tests' table of steps.
import type { World } from '../../src/steps/index.ts'
import { work, type Role, type Workplace } from '../../src/jobs/index.ts'
import { openStore } from '../../src/store/index.ts'
import { testSteps } from './test-steps.ts'

await work(process.argv.at(-1) as Role, async (configuration, log): Promise<Workplace> => {
  const store = await openStore(configuration.data)
  const absent = {} as World['images'] & World['runtime']
  const world = { store, images: absent, runtime: absent, configuration, now: () => Date.now(), log }
  return { steps: testSteps, world, close: () => store.close() }
})
