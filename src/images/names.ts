// What names inside folders and archives mean: labels, litter, and ways out.

/** The folder that an image lies in names its class; at the top there is none. */
export const labelOfName = (name: string): string | null => name.split('/').at(-2) ?? null

/** Files that systems leave behind and no person put there: passed over without a word. */
export const isLitter = (name: string): boolean =>
  name.startsWith('.') || name === '__MACOSX' || name === 'Thumbs.db' || name === 'desktop.ini'

export const isLitterInside = (name: string): boolean => name.split('/').some(isLitter)

/** Whether a name in an archive points outside of it. */
export const isSlip = (name: string): boolean =>
  name.startsWith('/') ||
  /^[a-z]:/i.test(name) ||
  /(?:^|[/\\])\.\.(?:[/\\]|$)/.test(name) ||
  name.includes('\0')

/** As a name in an archive is shown and kept: no leading `./`, one kind of slash. */
export const tidy = (name: string): string => name.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '')
