// What bytes say they are by their first few: names and extensions are strangers' claims.
import { Failure } from '../base/index.ts'
import type { Image } from '../base/index.ts'

export type Format = Image['format']

type Kind = {
  /** With its article, as it stands in a sentence. */
  readonly says: string
  readonly begins: (head: string) => boolean
}
type Taken = Kind & { readonly extensions: readonly string[] }

/** The formats that are decoded; their extensions, the usual one first. */
export const taken: Readonly<Record<Format, Taken>> = {
  jpeg: {
    says: 'a JPEG',
    begins: (head) => head.startsWith('\xff\xd8\xff'),
    extensions: ['jpg', 'jpeg', 'jpe', 'jfif'],
  },
  png: { says: 'a PNG', begins: (head) => head.startsWith('\x89PNG\r\n\x1a\n'), extensions: ['png'] },
  webp: {
    says: 'a WebP',
    begins: (head) => head.startsWith('RIFF') && head.startsWith('WEBP', 8),
    extensions: ['webp'],
  },
}

/** The four letters of a box at the start of MP4 and its kin: which of them it is. */
const isBoxOf = (head: string, brands: readonly string[]): boolean =>
  head.startsWith('ftyp', 4) && (brands.length === 0 || brands.includes(head.slice(8, 12)))

/** What is not taken, so that its reason can name it; the first that fits. */
const refused: readonly Kind[] = [
  { says: 'a GIF', begins: (head) => head.startsWith('GIF8') },
  { says: 'an SVG drawing', begins: (head) => /^\W*</.test(head) && /<(?:\w+:)?svg\b/i.test(head) },
  { says: 'an XML or HTML page', begins: (head) => /^\W*<(?:\?xml|!doctype|html)/i.test(head) },
  { says: 'a BMP', begins: (head) => head.startsWith('BM') && head.startsWith('\0\0\0\0', 6) },
  { says: 'a TIFF', begins: (head) => head.startsWith('II*\0') || head.startsWith('MM\0*') },
  {
    says: 'a HEIF or AVIF',
    begins: (head) => isBoxOf(head, ['heic', 'heix', 'mif1', 'msf1', 'avif', 'avis']),
  },
  { says: 'a video', begins: (head) => isBoxOf(head, []) || head.startsWith('\x1aE\xdf\xa3') },
  { says: 'a JPEG XL', begins: (head) => head.startsWith('\xff\x0a') || head.startsWith('JXL ', 4) },
  { says: 'an icon', begins: (head) => head.startsWith('\0\0\x01\0') },
  { says: 'a Photoshop file', begins: (head) => head.startsWith('8BPS') },
  { says: 'a PDF', begins: (head) => head.startsWith('%PDF') },
  {
    says: 'a zip archive',
    begins: (head) => head.startsWith('PK\x03\x04') || head.startsWith('PK\x05\x06'),
  },
  { says: 'a gzip archive', begins: (head) => head.startsWith('\x1f\x8b') },
  { says: 'a tar archive', begins: (head) => head.startsWith('ustar', 257) },
  // Printable throughout, so nothing that a camera or a program draws.
  { says: 'text', begins: (head) => /^[\t\n\r\x20-\x7e\x80-\xff]+$/.test(head) },
]

const headBytes = 512 // an SVG may open with a licence; a tar says so at byte 257

/** The format that is decoded, or a failure that names what it is instead. */
export function formatOf(bytes: Uint8Array): Format {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(headBytes, bytes.length)).toString(
    'latin1',
  )
  for (const [format, kind] of Object.entries(taken)) if (kind.begins(head)) return format as Format
  const other = refused.find((kind) => kind.begins(head))
  throw new Failure(
    'not-an-image',
    `it is ${other ? other.says : 'of no known kind'}, and only JPEG, PNG and WebP are taken`,
  )
}

/** Why a name does not fit what the file holds; undefined where it does. */
export function extensionFault(name: string, format: Format): string | undefined {
  const last = name.split('/').at(-1) ?? name
  const dot = last.lastIndexOf('.')
  const extension = dot > 0 ? last.slice(dot + 1) : ''
  const { says, extensions } = taken[format]
  if (extensions.includes(extension.toLowerCase())) return undefined
  const remedy = `rename it to end in .${extensions[0]!} to add it`
  if (extension === '') return `its name has no extension, and it holds ${says}: ${remedy}`
  return `its name ends in .${extension}, and it holds ${says}: ${remedy}`
}

export const hasImageExtension = (name: string): boolean =>
  Object.values(taken).some(({ extensions }) =>
    extensions.some((extension) => name.toLowerCase().endsWith(`.${extension}`)),
  )
