// CVAT for images 1.1: the class of an image is a tag.
import {
  agreed,
  baseOf,
  finderOf,
  folderOf,
  joined,
  type SetFolder,
  type SetFormat,
  type SetImage,
  type SetOptions,
  type SetRow,
  type SetWriter,
  shown,
  splitOfWord,
} from './set.ts'
import { childrenOf, escapeXml, readXml, type Xml, xmlTag } from './xml.ts'

export const cvat: SetFormat = {
  says: 'images/ and annotations.xml, with a tag for each image (CVAT for images 1.1)',
  lacks: ['confidence'],
  parted: 'on demand',
  folderOf: () => 'images',
  unfit: null,
  open: openCvat,
  mark: /(?:^|\/)annotations\.xml$/,
  read: readCvat,
}

const path = 'annotations.xml'

function openCvat(options: SetOptions): SetWriter {
  let images = 0
  return {
    add: (image) => {
      const text = textOf(image, images)
      return [{ path, text: images++ === 0 ? headOf(options) + text : text }]
    },
    end: () => [{ path, text: `${images === 0 ? headOf(options) : ''}</annotations>\n` }],
  }
}

const headOf = ({ title, classes }: SetOptions): string => `<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta>
    <task>
      <name>${escapeXml(title)}</name>
      <mode>annotation</mode>
      <labels>
${classes.map((name) => `        <label><name>${escapeXml(name)}</name><type>tag</type><attributes></attributes></label>\n`).join('')}      </labels>
    </task>
  </meta>
`

const subsets = { train: 'Train', val: 'Validation', test: 'Test' } as const

function textOf(image: SetImage, id: number): string {
  const { file, part, width, height } = image
  const { class: name, isGuess } = shown(image)
  const subset = part === null ? null : subsets[part]
  const tag = xmlTag('tag', { label: name, source: isGuess ? 'auto' : 'manual' })
  const inside = name === null ? '' : `\n    ${tag}</tag>\n  `
  return `  ${xmlTag('image', { id, name: baseOf(file), subset, width, height })}${inside}</image>\n`
}

async function readCvat({ paths, text }: SetFolder): Promise<readonly SetRow[]> {
  const find = finderOf(paths)
  const rows: SetRow[] = []
  for (const document of paths.filter((p) => cvat.mark!.test(p))) {
    const under = [joined(folderOf(document), 'images'), folderOf(document)]
    const images = childrenOf(readXml(await text(document)), 'image')
    rows.push(...images.map((image) => rowIn(image, find(image.attributes.get('name') ?? '', under))))
  }
  return rows
}

/** Tags tell the class; where there is none, boxes that agree. */
function rowIn(image: Xml, file: string): SetRow {
  const tags = childrenOf(image, 'tag')
  const marks = tags.length > 0 ? tags : image.children
  const found = agreed(marks.flatMap((mark) => mark.attributes.get('label') ?? []))
  return {
    file,
    class: found,
    isGuess: found !== null && marks.every((mark) => mark.attributes.get('source') === 'auto'),
    confidence: null,
    split: splitOfWord(image.attributes.get('subset') ?? ''),
  }
}
