// The whole loop in code: node examples/loop.ts FOLDER, where FOLDER holds a folder of images for each class.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { openBowerbird } from '../src/index.ts' // in your own program: from 'bowerbird'

const [folder = 'pictures', data = 'bowerbird-data'] = process.argv.slice(2)
const classes = readdirSync(folder).sort()
const project = 'first-loop'

await using bowerbird = await openBowerbird({ data })
await bowerbird.create({ project, classes, encoder: 'builtin' })
const { added, skipped } = await bowerbird.add({ project, from: folder })
console.log(`${added} images were added, ${skipped.length} skipped`)
await bowerbird.embed({ project })

// You answer the questions; here the name of an image's folder does.
const personSays = (name: string): string => name.split('/').at(-2)!

for (let round = 1; round <= 3; round++) {
  const { questions, says } = await bowerbird.ask({ project, budget: 10 })
  const answers = questions.map(({ image }) => ({ image: image.id, label: personSays(image.name) }))
  await bowerbird.answer({ project, answers })
  const { version, trainedOn, figures } = await bowerbird.train({ project })
  console.log(`version ${version} learnt from ${trainedOn} labels (${says})`, figures.accuracy)
}

const { version } = await bowerbird.publish({ project })
const files = [path.join(folder, classes[0]!, readdirSync(path.join(folder, classes[0]!))[0]!)]
const { predictions } = await bowerbird.predict({ project, files })
console.log(`version ${version} says`, predictions)
