// Every format of labelled images, a row each.
import { namesOf } from '../base/index.ts'
import { coco } from './coco.ts'
import { cvat } from './cvat.ts'
import { fiftyone } from './fiftyone.ts'
import { huggingface } from './huggingface.ts'
import { imagefolder } from './imagefolder.ts'
import { labelStudio } from './label-studio.ts'
import { isSheet } from './sheet.ts'
import type { SetFormat } from './set.ts'
import { voc } from './voc.ts'
import { yolo } from './yolo.ts'

export const setFormats = {
  imagefolder,
  coco,
  yolo,
  voc,
  huggingface,
  cvat,
  'label-studio': labelStudio,
  fiftyone,
} satisfies Record<string, SetFormat>
export const setFormatNames = namesOf(setFormats)

const beside = /(?:^|\/)ImageSets\/Main\/[^/]+\.txt$|(?:^|\/)(?:labelmap\.txt|view\.xml)$/

/** The format that a folder with such files is in, told by the file that marks it. */
export const setIn = (paths: readonly string[]): SetFormat | undefined =>
  Object.values<SetFormat>(setFormats).find(({ mark }) => mark && paths.some((path) => mark.test(path)))

/** Whether a file of a set tells of images rather than being one. */
export const isSetFile = (path: string): boolean =>
  isSheet(path) || beside.test(path) || setIn([path]) !== undefined
