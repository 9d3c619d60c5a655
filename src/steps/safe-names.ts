// Names of classes and images as names of files that every system takes.

const lettersMax = 60 // file systems take 255 bytes, and a letter has up to four
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i // devices to Windows

/** Without separators, characters that Windows refuses, and dots or spaces at the ends. */
export function safeName(name: string, otherwise: string): string {
  const kept = name
    .replaceAll(/[\p{Cc}<>:"/\\|?*]/gu, '_')
    .replace(/^[. ]+|[. ]+$/g, '')
    .slice(0, lettersMax)
  if (kept === '') return otherwise
  return reserved.test(kept) ? `_${kept}` : kept
}

/** Hands out names that differ even where case is not told apart. */
export function folderNames() {
  const ofClass = new Map<string, string>()
  const taken = new Set<string>()
  const unique = (folder: string, stem: string, extension: string): string => {
    for (let copy = 1; ; copy++) {
      const name = copy === 1 ? stem + extension : `${stem} (${copy})${extension}`
      const key = `${folder}/${name}`.toLowerCase()
      if (!taken.has(key) && taken.add(key)) return name
    }
  }
  return {
    of(className: string): string {
      const folder = ofClass.get(className) ?? unique('', safeName(className, 'class'), '')
      ofClass.set(className, folder)
      return folder
    },
    file(folder: string, name: string): string {
      const dot = name.lastIndexOf('.')
      return unique(folder, name.slice(0, dot), name.slice(dot))
    },
  }
}
