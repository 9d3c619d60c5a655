// Pictures that lie in files: how they get into class folders, and how small ones get into the report.
import { copyFile, link, readFile, stat, symlink } from 'node:fs/promises'
import type { Pictures } from '../../results/index.ts'
import type { World } from '../world.ts'

const ways = { copy: copyFile, 'hard link': link, 'symbolic link': symlink } as const
export type Way = keyof typeof ways

/** Smaller files go into the report as they are: reading one takes no time, shrinking it 10 ms. */
const inlineBytesMax = 16_384
const begins = { 'image/png': [0x89, 0x50, 0x4e, 0x47], 'image/jpeg': [0xff, 0xd8, 0xff] }

/** Absolute paths; null where only a name is known. */
export function picturesAt(
  paths: readonly (string | null)[] | null,
  { way, images }: { readonly way: Way; readonly images: World['images'] },
): Pictures {
  return {
    async place(row, to) {
      const at = paths?.[row]
      if (!at) return 'no file is named'
      try {
        await ways[way](at, to)
        return null
      } catch (error) {
        const { code } = error as { code?: string }
        if (code === 'ENOSPC' || code === 'EACCES') throw error
        return code === 'ENOENT' ? 'there is no such file' : String(code ?? error)
      }
    },
    async thumbnail(row) {
      const at = paths?.[row]
      if (!at) return null
      const { size } = await stat(at).catch(() => ({ size: 0 }))
      if (size === 0) return null
      if (size <= inlineBytesMax) {
        const bytes = await readFile(at)
        const [kind] = Object.entries(begins).find(([, own]) => own.every((b, i) => bytes[i] === b)) ?? []
        if (kind) return `data:${kind};base64,${bytes.toString('base64')}`
      }
      const shrunk = await images.inspect({ path: at }).catch(() => null)
      return shrunk && `data:image/jpeg;base64,${Buffer.from(shrunk.thumbnail).toString('base64')}`
    },
  }
}
