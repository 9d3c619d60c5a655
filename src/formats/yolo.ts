import { imagefolder, readClassFolders } from './imagefolder.ts'
import { folderOf, type Part, type Piece, type SetFormat, type SetWriter } from './set.ts'

export const yolo: SetFormat = {
  ...imagefolder,
  says: 'train, val and test, each with a folder for each class (Ultralytics classify)',
  parted: 'always',
  open: openYolo,
  read: readClassFolders,
}

/**
 * Classes are numbered by the folders of each part: one that val lacks would shift the numbers of all after
 * it, so every part gets every folder. A part without any image gets none: the trainer then takes another.
 */
function openYolo(): SetWriter {
  const folders = new Set<string>()
  const parts = new Set<Part>()
  return {
    add({ file, part }) {
      folders.add(folderOf(file).split('/').at(-1)!)
      if (part !== null) parts.add(part)
      return []
    },
    end: () =>
      [...parts].flatMap((part) =>
        [...folders].map((name): Piece => ({ path: `${part}/${name}/`, text: '' })),
      ),
  }
}
