// Every action with a key: help, tooltips, the palette and the keyboard itself derive from these rows.
type Row = { readonly keys: readonly string[]; readonly says: string; readonly where: Where }
export type Where = 'Anywhere' | 'Grid' | 'Labelling' | 'Map' | 'Clusters' | 'Review'

export const keyTable = {
  palette: { keys: ['mod+k'], says: 'Find a command, class or view', where: 'Anywhere' },
  help: { keys: ['?'], says: 'Show all keys', where: 'Anywhere' },
  undo: { keys: ['z', 'mod+z'], says: 'Undo the last act', where: 'Anywhere' },
  theme: { keys: ['shift+d'], says: 'Switch dark and light', where: 'Anywhere' },
  panels: { keys: ['\\'], says: 'Fold the side panels', where: 'Anywhere' },
  newClass: { keys: ['n'], says: 'Add a class', where: 'Anywhere' },
  viewGrid: { keys: ['shift+g'], says: 'Go to the grid', where: 'Anywhere' },
  viewLabel: { keys: ['shift+l'], says: 'Go to labelling', where: 'Anywhere' },
  viewMap: { keys: ['shift+m'], says: 'Go to the map', where: 'Anywhere' },
  viewClusters: { keys: ['shift+c'], says: 'Go to the clusters', where: 'Anywhere' },
  viewReview: { keys: ['shift+r'], says: 'Go to the review', where: 'Anywhere' },
  viewRounds: { keys: ['shift+o'], says: 'Go to the rounds', where: 'Anywhere' },
  viewVersions: { keys: ['shift+v'], says: 'Go to the versions', where: 'Anywhere' },
  viewPredict: { keys: ['shift+p'], says: 'Go to the predict box', where: 'Anywhere' },
  digits: { keys: ['1…9', '0'], says: 'Label with that class', where: 'Anywhere' },
  selectAll: { keys: ['mod+a'], says: 'Select all that the filter shows', where: 'Grid' },
  selectNone: { keys: ['escape'], says: 'Select none', where: 'Grid' },
  look: { keys: ['space'], says: 'Look closer', where: 'Grid' },
  search: { keys: ['/'], says: 'Find by name', where: 'Grid' },
  unlabel: { keys: ['backspace', 'delete'], says: 'Take the label off', where: 'Grid' },
  larger: { keys: ['+', '='], says: 'Larger pictures', where: 'Grid' },
  smaller: { keys: ['-'], says: 'Smaller pictures', where: 'Grid' },
  accept: { keys: ['enter'], says: 'Accept the guess', where: 'Labelling' },
  skip: { keys: ['s'], says: 'Skip this one', where: 'Labelling' },
  typeClass: { keys: ['/', 't'], says: 'Type a class’s name', where: 'Labelling' },
  sheet: { keys: ['b'], says: 'Confirm confident guesses in batches', where: 'Labelling' },
  lasso: { keys: ['l'], says: 'Choose with a stroke', where: 'Map' },
  hand: { keys: ['h'], says: 'Move the map', where: 'Map' },
  fit: { keys: ['f'], says: 'Show all of it', where: 'Map' },
  zoomIn: { keys: ['+', '='], says: 'Zoom in', where: 'Map' },
  zoomOut: { keys: ['-'], says: 'Zoom out', where: 'Map' },
  chooseNone: { keys: ['escape'], says: 'Choose none', where: 'Map' },
  toGrid: { keys: ['g'], says: 'Show what is chosen in the grid', where: 'Map' },
  checkChosen: { keys: ['c'], says: 'Check some of what is chosen, drawn by chance', where: 'Map' },
  nextCluster: { keys: ['j', 'arrowdown'], says: 'Go to the next cluster', where: 'Clusters' },
  lastCluster: { keys: ['k', 'arrowup'], says: 'Go to the cluster before', where: 'Clusters' },
  check: { keys: ['c'], says: 'Check some of it drawn by chance', where: 'Clusters' },
  leave: { keys: ['escape'], says: 'Leave the check', where: 'Clusters' },
  keep: { keys: ['k'], says: 'Keep the label', where: 'Review' },
  nextItem: { keys: ['arrowright', 'arrowdown'], says: 'Go to the next', where: 'Review' },
  lastItem: { keys: ['arrowleft', 'arrowup'], says: 'Go to the one before', where: 'Review' },
} as const satisfies Record<string, Row>
export type Action = keyof typeof keyTable
export const actions = Object.keys(keyTable) as readonly Action[]

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

/** `mod` is control or command; shift is named only beside letters, as it also makes "?" and "+". */
export function chordOf({ key, ctrlKey, metaKey, altKey, shiftKey }: Pressed): string {
  const name = key === ' ' ? 'space' : key.toLowerCase()
  const isLetter = /^[a-z]$/.test(name)
  const held = [ctrlKey || metaKey ? 'mod+' : '', altKey ? 'alt+' : '', shiftKey && isLetter ? 'shift+' : '']
  return held.join('') + name
}

/** The action that a key asks for, of those that are listened to right now. */
export const actionOf = (chord: string, among: ReadonlySet<string>): Action | undefined =>
  actions.find((name) => among.has(name) && (keyTable[name].keys as readonly string[]).includes(chord))

/** The place of the class that a digit names: 1 is the first, 0 the tenth. */
export function placeOf(chord: string): number | undefined {
  if (!/^\d$/.test(chord)) return undefined
  return chord === '0' ? 9 : Number(chord) - 1
}
export const digitOf = (place: number): string | undefined =>
  place < 9 ? String(place + 1) : place === 9 ? '0' : undefined

const signs: Readonly<Record<string, string>> = {
  shift: '⇧',
  space: 'space',
  enter: '↵',
  escape: 'esc',
  backspace: '⌫',
  arrowup: '↑',
  arrowdown: '↓',
  arrowleft: '←',
  arrowright: '→',
}
export const shownKey = (chord: string, isMac: boolean): string =>
  chord
    .split('+')
    .map((part) =>
      part === 'mod'
        ? isMac
          ? '⌘'
          : 'ctrl '
        : (signs[part] ?? (part.length === 1 ? part.toUpperCase() : part)),
    )
    .join('')
    .replace(/^$/, '+')
