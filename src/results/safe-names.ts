// Names of classes and images as names of files that every system takes.

const lettersMax = 60 // file systems take 255 bytes, and a letter has up to four
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i // devices to Windows

/** Without separators, characters that Windows refuses, and dots or spaces at the ends. */
export function safeName(name: string, otherwise: string): string {
  const fit = name.toWellFormed().replaceAll(/[\p{Cc}<>:"/\\|?*]/gu, '_')
  // Whole letters: half of a surrogate pair would not come back from the disk.
  const kept = [...fit]
    .slice(0, lettersMax)
    .join('')
    .replace(/^[. ]+|[. ]+$/g, '')
  if (kept === '') return otherwise
  return reserved.test(kept) ? `_${kept}` : kept
}

/** Hands out names that differ even where case, accents' spelling and the extension are not told apart. */
export function folderNames() {
  const ofClass = new Map<string, string>()
  const taken = new Map<string, number>() // how often a name was wanted: 100,000 times frame.jpg counts on
  const unique = (folder: string, stem: string, extension: string): string => {
    const wanted = keyOf(folder, stem)
    for (let copy = (taken.get(wanted) ?? 0) + 1; ; copy++) {
      const name = copy === 1 ? stem : `${stem}-${copy}`
      const key = keyOf(folder, name)
      if (copy > 1 && taken.has(key)) continue
      taken.set(key, 1).set(wanted, copy)
      return name + extension
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

const keyOf = (folder: string, name: string): string => `${folder}/${name}`.normalize('NFC').toLowerCase()
