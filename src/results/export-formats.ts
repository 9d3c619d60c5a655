// What labels can leave as: a format is a row. Sets come with the pictures, lists without.
import { namesOf } from '../base/index.ts'
import { setFormats, type SetFormat } from '../formats/index.ts'
import { csvList, jsonList, writeList } from './export-lists.ts'
import { writeSet } from './export-sets.ts'
import type { Exported, ExportedRows, ExportOptions } from './exported.ts'

export type ExportFormat = {
  readonly says: string
  readonly write: (to: string, rows: ExportedRows, options: ExportOptions) => Promise<Exported>
}

const set = (format: SetFormat): ExportFormat => ({
  says: format.says,
  write: (to, rows, options) => writeSet(to, rows, { ...options, format }),
})

export const exportFormats = {
  imagefolder: set(setFormats.imagefolder),
  coco: set(setFormats.coco),
  yolo: set(setFormats.yolo),
  voc: set(setFormats.voc),
  huggingface: set(setFormats.huggingface),
  cvat: set(setFormats.cvat),
  'label-studio': set(setFormats['label-studio']),
  fiftyone: set(setFormats.fiftyone),
  csv: { says: 'one file with a line for each image', write: (to, rows) => writeList(to, rows, csvList) },
  jsonl: {
    says: 'one file with a JSON object for each image',
    write: (to, rows) => writeList(to, rows, jsonList),
  },
} satisfies Record<keyof typeof setFormats | 'csv' | 'jsonl', ExportFormat>
export const exportNames = namesOf(exportFormats)
