/** The colours of a figure: the page hands in its own tokens, a file literal ones. */
export type Theme = {
  readonly font: string
  readonly text: string
  readonly muted: string
  readonly line: string
  readonly accent: string
  readonly ground: string
  readonly good: string
  readonly bad: string
}

export const themes = {
  page: {
    font: 'var(--font)',
    text: 'var(--text)',
    muted: 'var(--muted)',
    line: 'var(--line)',
    accent: 'var(--accent)',
    ground: 'var(--surface)',
    good: 'var(--good)',
    bad: 'var(--bad)',
  },
  light: {
    font: 'Inter, system-ui, sans-serif',
    text: '#1f1c19',
    muted: '#5f5a54',
    line: '#e0deda',
    accent: '#1f63c4',
    ground: '#fbfaf8',
    good: '#1c7a45',
    bad: '#b3372b',
  },
} as const satisfies Record<string, Theme>
