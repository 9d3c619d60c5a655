import { perform } from '../client/client.ts'
import type { Upload } from '../client/uploads.ts'
import { house } from './house.svelte.ts'
import { toasts } from './toasts.svelte.ts'

export type DialogName = 'help' | 'palette' | 'create' | 'class' | 'export' | 'add'

let dialog = $state<DialogName | null>(null)
let dropped = $state.raw<readonly Upload[]>([])
let isSheetOpen = $state(false)

/** What floats above the page right now: one dialog at a time. */
export const ui = {
  get dialog() {
    return dialog
  },
  set dialog(name: DialogName | null) {
    dialog = name
  },
  /** Files that were dropped on the page and wait for a decision. */
  get dropped() {
    return dropped
  },
  set dropped(files: readonly Upload[]) {
    dropped = files
  },
  /** The left panel, where there is no room for it beside the pictures. */
  get isSheetOpen() {
    return isSheetOpen
  },
  set isSheetOpen(open: boolean) {
    isSheetOpen = open
  },
  async addClass(project: string, name: string): Promise<boolean> {
    try {
      await perform('classes', { project, add: [name] })
      await house.refreshNow(project)
      return true
    } catch (thrown) {
      toasts.bad(thrown)
      return false
    }
  },
}
