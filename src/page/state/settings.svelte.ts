import { save, saved } from './saved.ts'

export const themes = ['dark', 'light', 'system'] as const
export type Theme = (typeof themes)[number]

const first = {
  theme: 'dark' as Theme,
  tile: innerWidth < 720 ? 84 : 112,
  panels: true,
  confident: 0.95,
  by: 'me',
}
let kept = $state({ ...first, ...saved<Partial<typeof first>>('settings', {}) })
const systemIsLight = matchMedia('(prefers-color-scheme: light)')
let isLight = $state(systemIsLight.matches)
systemIsLight.addEventListener('change', (event) => (isLight = event.matches))

export const settings = {
  get it() {
    return kept
  },
  set(change: Partial<typeof first>): void {
    Object.assign(kept, change)
    save('settings', kept)
  },
  get theme(): 'dark' | 'light' {
    if (kept.theme !== 'system') return kept.theme
    return isLight ? 'light' : 'dark'
  },
}
