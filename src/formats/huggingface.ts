// The imagefolder of Hugging Face's datasets: each split's folder with a metadata.jsonl.
import { readCsv } from './csv.ts'
import { fieldsOf, numberOf, textOf } from './fields.ts'
import { readJsonLines } from './jsonl.ts'
import {
  baseOf,
  finderOf,
  folderOf,
  joined,
  type SetFolder,
  type SetFormat,
  type SetImage,
  type SetRow,
  shown,
  splitOfWord,
} from './set.ts'

export const huggingface: SetFormat = {
  says: 'train, validation and test, each with a metadata.jsonl of file_name and label (Hugging Face datasets)',
  lacks: [],
  // Without folders of splits it takes them from words in the names of files: test-tube.png would be test.
  parted: 'always',
  folderOf: ({ part }) => part ?? 'train',
  unfit: null,
  open: () => ({
    add: (image) => [{ path: `${folderOf(image.file)}/metadata.jsonl`, text: lineOf(image) }],
    end: () => [],
  }),
  mark: /(?:^|\/)metadata\.(?:jsonl|csv)$/,
  read: readHuggingFace,
}

/**
 * Columns must have one type in every split: no field is ever null, and a whole confidence keeps its point,
 * or a split of labels alone would be one of integers and refused beside the others.
 */
function lineOf(image: SetImage): string {
  const { class: name, isGuess, confidence } = shown(image)
  const by = name === null ? 'nobody' : isGuess ? 'model' : 'person'
  const fields = JSON.stringify({ file_name: baseOf(image.file), label: name ?? '', by })
  const sure = confidence ?? (by === 'person' ? 1 : 0)
  return `${fields.slice(0, -1)},"confidence":${Number.isInteger(sure) ? `${sure}.0` : sure}}\n`
}

/** Others write it as CSV. */
function linesOf(path: string, text: string): readonly unknown[] {
  if (path.endsWith('.jsonl')) return readJsonLines(text)
  const [head = [], ...rows] = readCsv(text)
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])))
}

async function readHuggingFace({ paths, text }: SetFolder): Promise<readonly SetRow[]> {
  const find = finderOf(paths)
  const rows: SetRow[] = []
  for (const path of paths.filter((p) => huggingface.mark!.test(p))) {
    const root = folderOf(path)
    for (const line of linesOf(path, await text(path))) {
      const { file_name, label, by, confidence } = fieldsOf(line)
      rows.push({
        file: find(String(file_name), [joined(root)]),
        class: textOf(label),
        isGuess: by === 'model',
        confidence: by === 'model' ? numberOf(confidence) : null,
        split: splitOfWord(baseOf(root)),
      })
    }
  }
  return rows
}
