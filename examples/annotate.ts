// A folder labels itself: node examples/annotate.ts FOLDER, where FOLDER holds a folder of images for each class.
import { readdirSync } from 'node:fs'
import { openBowerbird } from '../src/index.ts' // in your own program: from 'bowerbird'

const [folder = 'pictures', data = 'bowerbird-data', output = 'results'] = process.argv.slice(2)
const classes = readdirSync(folder).sort()
const project = 'labels-itself'

await using bowerbird = await openBowerbird({ data })
await bowerbird.create({ project, classes, encoder: 'builtin' })
await bowerbird.add({ project, from: folder })
await bowerbird.embed({ project })

// Two examples of each class; here the name of an image's folder tells what you would say.
const { images } = await bowerbird.images({ project, split: 'train', size: 1000 })
const answers = classes.flatMap((label) =>
  images
    .filter(({ name }) => name.split('/').at(-2) === label)
    .slice(0, 2)
    .map(({ id }) => ({ image: id, label })),
)
await bowerbird.answer({ project, answers })

const { says, confidence, to, pictures } = await bowerbird.annotate({ project, output, apply: true })
console.log(`${says}, ${confidence.toFixed(2)} sure`)
console.log(`${pictures} pictures lie in class folders of ${to}; open report.html there`)
