// A process with a House, for the test that kills it: prints the children's ids and stays.
import path from 'node:path'
import { openHouse } from '../../src/jobs/index.ts'
import { configuration } from '../../src/steps/index.ts'
import { openStore } from '../../src/store/index.ts'
import { linesOf, testSteps } from './test-steps.ts'

const folder = process.argv[2]!
const house = openHouse({
  store: await openStore(folder),
  steps: testSteps,
  configuration: configuration.parse({ data: folder }),
  worker: { command: process.execPath, args: ['--no-warnings', path.join(import.meta.dirname, 'worker.ts')] },
  jobWorkers: 1,
  now: () => Date.now(),
  log: () => {},
})
const file = path.join(folder, 'a')
await house.start('count', { file, to: 10_000 })
const { pid } = (await house.perform('echo', { text: 'who' })) as { pid: number }
while (linesOf(file).length === 0) await new Promise((done) => setTimeout(done, 20))
process.stdout.write(JSON.stringify([pid, Number(linesOf(file)[0]!.split(' by ')[1])]))
