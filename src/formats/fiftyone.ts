// FiftyOne's image classification set: data/ and a labels.json that names images without their extension.
import { cocoRows } from './coco.ts'
import { fieldsOf, listOf, numberOf, readJson } from './fields.ts'
import {
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
  stemOf,
} from './set.ts'

export const fiftyone: SetFormat = {
  says: 'data/ and labels.json (FiftyOneImageClassificationDataset)',
  lacks: [],
  parted: 'on demand',
  folderOf: ({ part }) => joined(part, 'data'),
  unfit: null,
  open: openFiftyOne,
  mark: /(?:^|\/)labels\.json$/,
  read: readFiftyOne,
}

function openFiftyOne({ classes }: SetOptions): SetWriter {
  const places = new Map(classes.map((name, i) => [name, i]))
  const documents = new Set<string>()
  return {
    add(image) {
      const path = joined(image.part, 'labels.json')
      const head = documents.has(path) ? ',\n' : `{"classes":${JSON.stringify(classes)},"labels":{\n`
      documents.add(path)
      return [{ path, text: head + labelOf(image, places) }]
    },
    end: () => [...documents].map((path) => ({ path, text: '\n}}\n' })),
  }
}

function labelOf(image: SetImage, places: ReadonlyMap<string, number>): string {
  const { class: name, confidence } = shown(image)
  const sure = confidence === null ? {} : { confidence }
  const target = name === null ? null : { label: places.get(name), ...sure }
  return `${JSON.stringify(stemOf(baseOf(image.file)))}:${JSON.stringify(target)}`
}

async function readFiftyOne({ paths, text }: SetFolder): Promise<readonly SetRow[]> {
  const find = finderOf(paths, stemOf)
  const rows: SetRow[] = []
  for (const path of paths.filter((p) => fiftyone.mark!.test(p))) {
    const whole = fieldsOf(readJson(await text(path)))
    const { classes, labels, annotations } = whole
    // Its sets of boxes are COCO's under the same name.
    if (annotations) rows.push(...cocoRows(whole, path, finderOf(paths)))
    const root = folderOf(path)
    const names = Array.isArray(classes) ? listOf(classes).map(String) : null
    for (const [stem, target] of Object.entries(fieldsOf(labels))) {
      const of = { names, split: splitOfWord(baseOf(root)) }
      rows.push(rowOf(find(stem, [joined(root, 'data')]), target, of))
    }
  }
  return rows
}

/** A target is a class's name, its place among the classes, or an object of that and a confidence. */
function rowOf(
  file: string,
  target: unknown,
  { names, split }: { readonly names: readonly string[] | null } & Pick<SetRow, 'split'>,
): SetRow {
  const { label = target, confidence } = fieldsOf(target)
  const name = typeof label === 'string' ? label : (names?.[numberOf(label) ?? -1] ?? null)
  const sure = numberOf(confidence)
  return { file, class: name, isGuess: sure !== null, confidence: sure, split }
}
