// A process that writes until it is killed, and says on its output what was acknowledged: the tests' victim.
import { writeSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { Failure, type Hash, type ImageId, type Position } from '../../src/base/index.ts'
import { openStore } from '../../src/store/index.ts'
import { aside, farFingerprint, image, label, project, takeBirds } from './drivers.ts'

const [place = '', what = '', name = '', limit = 'Infinity'] = process.argv.slice(2)
const store = await openStore(place)
const wren = async () => (await store.classes.list('birds'))[0]!.id
const countMax = Number(limit)
/** Written at once: what is said has happened, and nothing waits in a buffer when the kill comes. */
const say = (line: string) => writeSync(1, `${line}\n`)

const acts: Readonly<Record<string, () => Promise<void>>> = {
  /** Labels alone, as many as go in. */
  async labels() {
    const cls = await wren()
    const ids = [...(await store.images.ids('birds', {}))] as ImageId[]
    for (let i = 0; i < countMax; i++) {
      const id = ids[i % ids.length]!
      const position = await store.labels.add('birds', [label(id, cls, { by: name })], `${name} ${i}`)
      say(`ack ${position} ${id}`)
    }
  },
  /** As adding does it: bytes, then the image that names them, then its label. */
  async everything() {
    const cls = await wren()
    for (let i = 0; i < countMax; i++) {
      const bytes = Buffer.from(`${name} ${i} `.repeat(500))
      const hash = createHash('sha256').update(bytes).digest('hex') as Hash
      const fingerprint = farFingerprint(Buffer.from(hash, 'hex').readUInt32BE())
      const images = [image(i, { hash, thumbnail: hash, fingerprint })]
      const added = await store.images.take('birds', { images, written: aside(store, bytes) }, 2)
      const [id] = added.ids
      const position = await store.labels.add('birds', [label(id!, cls, { by: name })], `${name} ${i}`)
      say(`ack ${position} ${id}`)
    }
  },
  async opening() {},
  /** Leaves dead bytes in every way there is, and tidies them. */
  async tidy() {
    const signal = new AbortController().signal
    for (let i = 0; i < countMax; i++) {
      const texts = [`${name} ${i}`, 'shared', `${name} ${i} dead`.repeat(9)]
      await takeBirds(store, texts, { named: 1 })
      const other = `${name}-${i}`
      await store.projects.create({ ...project, name: other })
      await takeBirds(store, ['shared', ...texts], { to: other })
      await store.projects.remove(other)
      await store.tidy({ before: 0, signal })
      say(`ack ${i + 1} 1`)
    }
  },
  /** Opens and closes rounds of a session that runs; says which it did. */
  async rounds() {
    const ids = [...(await store.images.ids('birds', {}))] as ImageId[]
    for (let number = 1; number <= countMax; number++) {
      const [position, at] = [0 as Position, number]
      const questions = ids.map((image) => ({ image, reason: name, isDrawn: false }))
      const of = { number, strategy: name, says: '', position, at, questions }
      if (await store.sessions.openRound('birds', 'first', of)) say(`ack ${number} 1`)
      const end = { number, version: null, figures: { by: name }, findings: { number }, at }
      if (await store.sessions.closeRound('birds', 'first', end)) say(`ack ${number} 2`)
    }
  },
  async blobs() {
    for (let sizeBytes = 100_000; ; sizeBytes *= 2) await store.blobs.put(Buffer.alloc(sizeBytes, sizeBytes))
  },
  /** Claims until there is nothing to claim. */
  async jobs() {
    for (let claim; (claim = await store.jobs.claim(name, 0, 60_000));) {
      say(`ack ${claim.job.id} ${claim.fence}`)
      await store.jobs.finish(claim, 1, name)
    }
  },
}

try {
  say('ready')
  await acts[what]!()
  await store.close()
} catch (thrown) {
  say(thrown instanceof Failure ? `${thrown.kind}: ${thrown.message}` : `${(thrown as Error).stack}`)
}
