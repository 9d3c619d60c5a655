// Pascal VOC: a text for each image, with one object as large as the image.
import { Failure } from '../base/index.ts'
import {
  agreed,
  baseOf,
  finderOf,
  type Finder,
  type Piece,
  type SetFolder,
  type SetFormat,
  type SetImage,
  type SetOptions,
  type SetRow,
  type SetWriter,
  shown,
  splitOfWord,
  stemOf,
} from './set.ts'
import { childrenOf, escapeXml, readXml, wordIn } from './xml.ts'

export const voc: SetFormat = {
  says: 'JPEGImages/, Annotations/*.xml and ImageSets/Main/, with an object as large as each image',
  lacks: [],
  parted: 'on demand',
  folderOf: () => 'JPEGImages',
  unfit: /[\s#"']/g, // its lists of names are parted by blanks
  open: openVoc,
  mark: /(?:^|\/)Annotations\/[^/]+\.xml$/,
  read: readVoc,
}

function openVoc({ classes }: SetOptions): SetWriter {
  refuseUnfit(classes)
  return {
    add: (image) => [
      { path: `Annotations/${stemOf(baseOf(image.file))}.xml`, text: textOf(image) },
      { path: `ImageSets/Main/${image.part ?? 'default'}.txt`, text: `${stemOf(baseOf(image.file))}\n` },
    ],
    end: (): readonly Piece[] => [{ path: 'labelmap.txt', text: labelMap(classes) }],
  }
}

/** Of which classes there are; its fields are parted by colons, and a line that starts with # is none. */
const labelMap = (classes: readonly string[]): string =>
  `# label:color_rgb:parts:actions\n${classes.map((name) => `${name}:::\n`).join('')}`

function refuseUnfit(classes: readonly string[]): void {
  const unfit = classes.find((name) => /:|^#/.test(name))
  if (unfit === undefined) return
  throw new Failure(
    'bad-input',
    `Pascal VOC has no place for the class ${unfit}: a name may not hold a colon or start with #; rename it`,
  )
}

function textOf(image: SetImage): string {
  const { file, width, height } = image
  return `<annotation>
  <folder>JPEGImages</folder>
  <filename>${escapeXml(baseOf(file))}</filename>
  <source><database>bowerbird</database></source>
  <size><width>${width}</width><height>${height}</height><depth>3</depth></size>
  <segmented>0</segmented>
${objectOf(image)}</annotation>
`
}

/** Its corners count from 1, and both are part of the box. */
function objectOf(image: SetImage): string {
  const { class: name, confidence } = shown(image)
  if (name === null) return ''
  return `  <object>
    <name>${escapeXml(name)}</name>
    <pose>Unspecified</pose>
    <truncated>0</truncated>
    <difficult>0</difficult>
    <occluded>0</occluded>
${confidence === null ? '' : `    <confidence>${confidence}</confidence>\n`}    <bndbox>
      <xmin>1</xmin><ymin>1</ymin><xmax>${image.width}</xmax><ymax>${image.height}</ymax>
    </bndbox>
  </object>
`
}

const atOnce = 64 // texts read at a time: a set of 100,000 would open as many files

async function readVoc({ paths, text }: SetFolder): Promise<readonly SetRow[]> {
  const find = finderOf(paths, stemOf)
  const lists = new Map<string, string>() // stem → list
  for (const path of paths.filter((p) => /(?:^|\/)ImageSets\/Main\/(?:train|val|test)\.txt$/.test(p))) {
    for (const stem of (await text(path)).split(/\s+/)) lists.set(stem, stemOf(baseOf(path)))
  }
  const documents = paths.filter((path) => voc.mark!.test(path))
  const rows: SetRow[] = []
  for (let i = 0; i < documents.length; i += atOnce) {
    const some = documents.slice(i, i + atOnce)
    const texts = await Promise.all(some.map(text))
    rows.push(...some.map((path, j) => rowIn(texts[j]!, { path, lists, find })))
  }
  return rows
}

type Where = { readonly path: string; readonly lists: ReadonlyMap<string, string>; readonly find: Finder }

function rowIn(text: string, { path, lists, find }: Where): SetRow {
  const whole = readXml(text)
  const stem = stemOf(baseOf(path))
  const root = path.replace(/(?:^|\/)?Annotations\/[^/]+$/, '')
  const objects = childrenOf(whole, 'object')
  const scores = objects.map((object) => wordIn(object, 'confidence'))
  const found = agreed(objects.flatMap((object) => wordIn(object, 'name') ?? []))
  const isGuess = found !== null && scores.every((score) => score !== null)
  return {
    file: find(stem, [root === '' ? 'JPEGImages' : `${root}/JPEGImages`]),
    class: found,
    isGuess,
    confidence: isGuess ? Number(scores[0]) : null,
    split: splitOfWord(lists.get(stem) ?? ''),
  }
}
