import { actionOf, chordOf, keyTable, placeOf, shownKey, type Action } from './keys.ts'

type Handlers = Partial<Record<Exclude<Action, 'digits'>, () => void>> & { digits?: (place: number) => void }

// No state: an effect's end would read the value from before its beginning, and lose what came since.
let scopes: readonly Handlers[] = []
const isMac = /Mac|iPhone|iPad/.test(navigator.platform)

/** What the keyboard does while the caller stands; the newest scope is asked first. */
export function listenToKeys(handlers: Handlers): () => void {
  scopes = [handlers, ...scopes]
  return () => (scopes = scopes.filter((scope) => scope !== handlers))
}

/** The actions that can be taken right now: for the palette. */
export const possible = (): readonly Action[] =>
  (Object.keys(keyTable) as Action[]).filter((name) => name !== 'digits' && scopes.some((s) => s[name]))

export function act(name: Exclude<Action, 'digits'>): void {
  scopes.find((scope) => scope[name])?.[name]?.()
}

export const keyOf = (name: Action): string => shownKey(keyTable[name].keys[0], isMac)
export const keysOf = (name: Action): readonly string[] => keyTable[name].keys.map((k) => shownKey(k, isMac))

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
  (target as HTMLInputElement).type !== 'range' &&
  (target as HTMLInputElement).type !== 'checkbox'

// Buttons and links have their own meaning for these two.
const isPressable = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('button, a, [role=menuitem], summary') !== null

export function onKey(event: KeyboardEvent): void {
  const chord = chordOf(event)
  if (event.defaultPrevented || event.isComposing) return
  if (chord !== 'mod+k' && (isWriting(event.target) || document.querySelector('dialog[open]'))) return
  if ((chord === 'enter' || chord === 'space') && isPressable(event.target)) return
  const place = placeOf(chord)
  const digits = place === undefined ? undefined : scopes.find((scope) => scope.digits)?.digits
  const names = new Set(scopes.flatMap((scope) => Object.keys(scope)))
  const name = actionOf(chord, names)
  if (digits) digits(place!)
  else if (name && name !== 'digits') act(name)
  else return
  event.preventDefault()
}
