import { Failure } from '../base/index.ts'
import { rowOf, type Matrix } from '../math/index.ts'
import type { Clusters, Space } from './space.ts'

const refuse = (why: string): never => {
  throw new Failure('bad-input', `cannot annotate: ${why}`)
}

/** Says which rule was broken, and by what. */
export function checkSpace(space: Space): void {
  const { images, joint, text, classNames } = space
  checkNames(classNames)
  if (images.rows === 0) refuse('at least one image is needed, and there are 0')
  checkRows(images, 'the image embeddings')
  if (text && !joint) refuse('class names are compared in a joint space, and the images are not given there')
  if (text && joint) {
    if (joint.rows !== images.rows)
      refuse(`the joint space has a row for each image: ${images.rows}, not ${joint.rows}`)
    if (text.rows !== classNames.length)
      refuse(`the text embeddings have a row for each class: ${classNames.length}, not ${text.rows}`)
    if (text.columns !== joint.columns)
      refuse(
        `text and images share one space only at one width: text is ${text.columns} wide, ` +
          `the images are ${joint.columns} wide`,
      )
    if (joint !== images) checkRows(joint, 'the images in the joint space')
    checkText(text)
  }
  checkExamples(space)
}

function checkNames(names: readonly string[]): void {
  if (names.length === 0) refuse('at least one class is needed, and the list of classes is empty')
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) refuse(`each class is named once, and "${twice}" is named twice`)
}

function checkExamples({ images, text, classNames, examples }: Space): void {
  if (!text && examples.size === 0) refuse('it starts from class names or from examples, and has neither')
  for (const [row, its] of examples) {
    if (!isIndex(row, images.rows))
      refuse(`an example is one of the rows 0 to ${images.rows - 1}, not ${row}`)
    if (!isIndex(its, classNames.length))
      refuse(`the class of an example is 0 to ${classNames.length - 1}, not ${its}`)
  }
}

const isIndex = (value: number, below: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < below

/** Every number finite, no row all zeros. */
function checkRows(m: Matrix, what: string): void {
  const zeros = rowsOfZeros(m, what)
  if (zeros.length > 0) refuse(`a row needs a direction, and row ${zeros[0]} of ${what} is all zeros`)
}

/** Zeros stand for a name of which nothing is known; of one at least there must be something. */
function checkText(text: Matrix): void {
  if (rowsOfZeros(text, 'the text embeddings').length === text.rows)
    refuse('a text embedding needs a direction, and all of them are zeros')
}

/** Which they are; every number must be finite. */
function rowsOfZeros(m: Matrix, what: string): readonly number[] {
  return Array.from({ length: m.rows }, (_, i) => i).filter((i) => {
    const row = rowOf(m, i)
    let sum = 0
    for (let j = 0; j < row.length; j++) sum += row[j]! * row[j]!
    if (!Number.isFinite(sum)) {
      const bad = row.find((x) => !Number.isFinite(x)) ?? 'a number too large to square'
      refuse(`every number is finite, and row ${i} of ${what} has ${bad}`)
    }
    return sum === 0
  })
}

export function checkClusters({ micro, meta }: Clusters, images: number): void {
  for (const [name, clusters] of [
    ['micro', micro],
    ['meta', meta],
  ] as const) {
    if (!clusters) continue
    if (clusters.length !== images)
      refuse(`the ${name}-clusters have a number for each image: ${images}, not ${clusters.length}`)
    const bad = clusters.find((cluster) => cluster < -1 || cluster >= images)
    if (bad !== undefined) refuse(`a ${name}-cluster is −1 (noise) or 0 to ${images - 1}, not ${bad}`)
  }
}
