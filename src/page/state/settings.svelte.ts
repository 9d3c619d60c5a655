import { save, saved } from './saved.ts'

export const themes = ['dark', 'light', 'system'] as const
export type Theme = (typeof themes)[number]

const first = {
  theme: 'dark' as Theme,
  tile: innerWidth < 720 ? 84 : 112,
  panels: true,
  confident: 0.95,
  by: 'me',
  browser: Math.random().toString(36).slice(2, 8),
}
let kept = $state({ ...first, ...saved<Partial<typeof first>>('settings', {}) })
save('settings', kept)
// Questions are held by who asks. At the machine itself that is one person, in however many windows;
// of those who come from elsewhere two must not pass for one.
const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname)
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
  get asker(): string {
    return isHere ? kept.by : `${kept.by} at ${kept.browser}`
  },
  get theme(): 'dark' | 'light' {
    if (kept.theme !== 'system') return kept.theme
    return isLight ? 'light' : 'dark'
  },
}
