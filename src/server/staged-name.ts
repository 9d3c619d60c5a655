// Names come from strangers' disks: below the staged folder they must be plain, short and legal everywhere.

const segmentBytesMax = 120 // file systems take 255; in a legacy encoding a letter may need two
const segmentsMax = 16

/** Never absolute, never upwards, never reserved; the last part keeps its ending. */
export function stagedName(name: string): string {
  const parts = name
    .normalize('NFC')
    .toWellFormed()
    .split(/[/\\]/)
    .filter((part) => !/^[\s.]*$/.test(part))
    .map(plain)
  return parts.length === 0 ? 'unnamed' : parts.slice(-segmentsMax).join('/')
}

function plain(part: string): string {
  const legal = part.replace(/[\p{Cc}\p{Cf}<>:"|?*]/gu, '_').replace(/^\s+|[\s.]+$/g, '')
  // Windows opens a device under these names, whatever follows the dot.
  const safe = /^(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)\s*(\.|$)/i.test(legal) ? `_${legal}` : legal
  return shortened(safe)
}

function shortened(part: string): string {
  if (Buffer.byteLength(part) <= segmentBytesMax) return part
  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(part)?.[0] ?? ''
  let start = part.slice(0, segmentBytesMax)
  while (Buffer.byteLength(start) + ending.length > segmentBytesMax) start = start.slice(0, -1)
  // A cut may leave half a letter, or a dot or space at the end.
  return start.toWellFormed().replace(/[\uFFFD\s.]+$/u, '_') + ending
}

/** Different names stay different, also where capitals do not count. */
export function uniqueName(name: string, taken: Set<string>): string {
  const [, start = '', ending = ''] = /^(.*?)(\.[A-Za-z0-9]{1,8})?$/s.exec(name) ?? []
  let unique = name
  for (let count = 2; taken.has(keyOf(unique)); count++) unique = `${start}~${count}${ending}`
  taken.add(keyOf(unique))
  return unique
}
const keyOf = (name: string): string => name.toLowerCase().normalize('NFC')
