// Every format of labelled images, a row each.
import { namesOf } from '../base/index.ts'
import { coco } from './coco.ts'
import { cvat } from './cvat.ts'
import { fiftyone } from './fiftyone.ts'
import { huggingface } from './huggingface.ts'
import { imagefolder } from './imagefolder.ts'
import { labelStudio } from './label-studio.ts'
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
