// A process that plays a session to its end and says what it does: the victim of the test that kills it.
import { writeSync } from 'node:fs'
import { openStore } from '../../src/store/index.ts'
import { openWorld } from '../fixtures/world.ts'

const [folder = '', project = '', session = ''] = process.argv.slice(2)
const store = await openStore(folder)
const world = await openWorld({ store, now: () => Date.now() })
const say = (line: string) => writeSync(1, `${line}\n`)

for (;;) {
  const { state } = await world.act('session', { project, session })
  if (state !== 'running') break
  const { questions } = await world.act('ask', { project, budget: 3 })
  if (questions.length > 0) {
    // Birds are named after what they are.
    const answers = questions.map(({ image }) => ({ image: image.id, label: image.name.split('-')[0]! }))
    await world.act('answer', { project, answers })
    say('answered')
    continue
  }
  say('advances')
  await world.act('session-advance', { project })
  say('advanced')
}
say('ended')
await world.close()
await store.close()
