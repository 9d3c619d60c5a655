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
  says: 'images/ and annotations.xml, with a tag for each image; a task for each split (CVAT for images 1.1)',
  lacks: ['confidence'],
  parted: 'on demand',
  folderOf: ({ part }) => joined(part, 'images'),
  unfit: null,
  open: openCvat,
  mark: /(?:^|\/)annotations\.xml$/,
  read: readCvat,
}

function openCvat(options: SetOptions): SetWriter {
  const counts = new Map<string, number>() // images of each document
  return {
    add: (image) => {
      const path = joined(image.part, 'annotations.xml')
      const id = counts.get(path) ?? 0
      counts.set(path, id + 1)
      return [{ path, text: (id === 0 ? headOf(options) : '') + textOf(image, id) }]
    },
    end: () => [...counts.keys()].map((path) => ({ path, text: '</annotations>\n' })),
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

function textOf(image: SetImage, id: number): string {
  const { file, width, height } = image
  const { class: name, isGuess } = shown(image)
  const tag = xmlTag('tag', { label: name, source: isGuess ? 'auto' : 'manual' })
  const inside = name === null ? '' : `\n    ${tag}</tag>\n  `
  return `  ${xmlTag('image', { id, name: baseOf(file), width, height })}${inside}</image>\n`
}

async function readCvat({ paths, text }: SetFolder): Promise<readonly SetRow[]> {
  const find = finderOf(paths)
  const rows: SetRow[] = []
  for (const document of paths.filter((p) => cvat.mark!.test(p))) {
    const root = folderOf(document)
    const under = [joined(root, 'images'), root]
    for (const image of childrenOf(readXml(await text(document)), 'image')) {
      const file = find(image.attributes.get('name') ?? '', under)
      rows.push(rowIn(image, { file, subset: image.attributes.get('subset') ?? baseOf(root) }))
    }
  }
  return rows
}

/** Tags tell the class; where there is none, boxes that agree. */
function rowIn(image: Xml, { file, subset }: { readonly file: string; readonly subset: string }): SetRow {
  const tags = childrenOf(image, 'tag')
  const marks = tags.length > 0 ? tags : image.children
  const found = agreed(marks.flatMap((mark) => mark.attributes.get('label') ?? []))
  return {
    file,
    class: found,
    isGuess: found !== null && marks.every((mark) => mark.attributes.get('source') === 'auto'),
    confidence: null,
    split: splitOfWord(subset),
  }
}
