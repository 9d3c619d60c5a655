// A folder for each class, as torchvision, Keras, FiftyOne and the trainers of YOLO classifiers read it.
import type { Split } from '../base/index.ts'
import { readSheet, sheetName } from './sheet.ts'
import {
  folderOf,
  isImage,
  joined,
  type SetFolder,
  type SetFormat,
  type SetRow,
  shown,
  splitOfWord,
} from './set.ts'

export const imagefolder: SetFormat = {
  says: 'a folder for each class with the original files (torchvision, Keras, FiftyOne)',
  lacks: ['no class', 'who said it', 'confidence'],
  parted: 'on demand',
  folderOf: ({ part, classFolder }) => joined(part, classFolder),
  unfit: null,
  open: () => ({ add: () => [], end: () => [] }),
  mark: null,
  read: readClassFolders,
}

/** A folder's name may be a class's name made safe: the sheet knows the true one. */
export async function readClassFolders(folder: SetFolder): Promise<readonly SetRow[]> {
  const images = folder.paths.filter((path) => isImage(path) && path.includes('/'))
  // A class may be called train: folders of splits hold folders of classes.
  const isParted = images.every((path) => path.split('/').length > 2 && splitIn(path) !== null)
  const trueNames = folder.paths.includes(sheetName) ? namesIn(await folder.text(sheetName)) : new Map()
  return images.map((file) => {
    const className = folderOf(file).split('/').at(-1)!
    return {
      file,
      class: trueNames.get(folderOf(file)) ?? className,
      isGuess: false,
      confidence: null,
      split: isParted ? splitIn(file) : null,
    }
  })
}

const splitIn = (path: string): Split | null => splitOfWord(path.split('/')[0]!)

const namesIn = (sheet: string): Map<string, string | null> =>
  new Map(readSheet(sheet).map((row) => [folderOf(row.file), shown(row).class]))
