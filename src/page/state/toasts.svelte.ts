import { faultOf } from '../words.ts'
export type Toast = {
  readonly id: number
  readonly text: string
  readonly tone: 'plain' | 'bad'
  readonly action?: { readonly says: string; readonly run: () => void }
}

let list = $state.raw<readonly Toast[]>([])
let last = 0

export const toasts = {
  get all(): readonly Toast[] {
    return list
  },
  /** At most three at once: older ones make room. */
  say(text: string, action?: Toast['action']): void {
    show({ text, tone: 'plain', ...(action ? { action } : {}) }, action ? 7000 : 4000)
  },
  bad(thrown: unknown): void {
    show({ text: faultOf(thrown), tone: 'bad' }, 10_000)
  },
  drop(id: number): void {
    list = list.filter((toast) => toast.id !== id)
  },
}

function show(toast: Omit<Toast, 'id'>, forMs: number): void {
  const id = ++last
  list = [...list.filter((other) => other.text !== toast.text), { ...toast, id }].slice(-3)
  setTimeout(() => toasts.drop(id), forMs)
}
