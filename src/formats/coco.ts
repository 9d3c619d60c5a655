// COCO's instances: a class of a whole image is a box around all of it, which every COCO reader takes.
import { fieldsOf, listOf, numberOf, readJson, textOf } from './fields.ts'
import {
  agreed,
  baseOf,
  finderOf,
  folderOf,
  joined,
  type Finder,
  type SetFolder,
  type SetFormat,
  type SetImage,
  type SetOptions,
  type SetRow,
  type SetWriter,
  shown,
  splitOfWord,
} from './set.ts'

export const coco: SetFormat = {
  says: 'images/ and annotations/instances_*.json, with a box around each whole image (pycocotools, CVAT)',
  lacks: [],
  parted: 'on demand',
  folderOf: ({ part }) => joined('images', part),
  unfit: null,
  open: openCoco,
  mark: /(?:^|\/)(?:annotations\/[^/]*instances[^/]*|_annotations\.coco)\.json$/,
  read: readCoco,
}

function openCoco({ title, classes }: SetOptions): SetWriter {
  const places = new Map(classes.map((name, i) => [name, i + 1])) // 0 is the background to some readers
  const documents = new Map<string, string[]>()
  let [images, boxes] = [0, 0]
  return {
    add(image) {
      const path = `annotations/instances_${image.part ?? 'default'}.json`
      const isFirst = !documents.has(path)
      const annotations = documents.get(path) ?? []
      documents.set(path, annotations)
      images++
      const { class: name } = shown(image)
      if (name !== null) annotations.push(boxOf(image, [++boxes, images, places.get(name)!]))
      const { width, height, file } = image
      const row = JSON.stringify({ id: images, width, height, file_name: baseOf(file) })
      return [{ path, text: `${isFirst ? headOf(title, classes) : ',\n'}${row}` }]
    },
    end: () =>
      [...documents].map(([path, annotations]) => ({
        path,
        text: `\n],"annotations":[\n${annotations.join(',\n')}\n]}\n`,
      })),
  }
}

const headOf = (title: string, classes: readonly string[]): string => {
  const categories = classes.map((name, i) => ({ id: i + 1, name, supercategory: '' }))
  const head = JSON.stringify({ info: { description: title }, licenses: [], categories })
  return `${head.slice(0, -1)},"images":[\n`
}

function boxOf(image: SetImage, [id, image_id, category_id]: readonly [number, number, number]): string {
  const { width, height } = image
  const { confidence } = shown(image)
  return JSON.stringify({
    id,
    image_id,
    category_id,
    bbox: [0, 0, width, height],
    area: width * height,
    iscrowd: 0,
    segmentation: [],
    ...(confidence === null ? {} : { score: confidence }),
  })
}

async function readCoco({ paths, text }: SetFolder): Promise<readonly SetRow[]> {
  const find = finderOf(paths)
  const rows: SetRow[] = []
  for (const path of paths.filter((p) => coco.mark!.test(p)))
    rows.push(...cocoRows(readJson(await text(path)), path, find))
  return rows
}

/** Of a document that lies beside the folders of its images, or in `annotations`. */
export function cocoRows(document: unknown, path: string, find: Finder): readonly SetRow[] {
  const whole = fieldsOf(document)
  const names = new Map(
    listOf(whole['categories'])
      .map(fieldsOf)
      .map((c) => [c['id'], textOf(c['name'])]),
  )
  const boxes = Map.groupBy(listOf(whole['annotations']).map(fieldsOf), (box) => box['image_id'])
  const part = /instances_([^/]*)\.json$/.exec(path)?.[1] ?? baseOf(folderOf(path))
  const root = folderOf(path).replace(/(?:^|\/)annotations$/, '')
  const under = [`images/${part}`, 'images', part, 'data', ''].map((folder) => joined(root, folder))
  return listOf(whole['images']).map((given) => {
    const { id, file_name } = fieldsOf(given)
    const own = boxes.get(id) ?? []
    const scores = own.map((box) => numberOf(box['score']))
    const found = agreed(own.flatMap((box) => names.get(box['category_id']) ?? []))
    return {
      file: find(String(file_name), under),
      class: found,
      isGuess: found !== null && scores.every((score) => score !== null),
      confidence: found === null ? null : (scores[0] ?? null),
      split: splitOfWord(part),
    }
  })
}
