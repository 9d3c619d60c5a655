import type { ClassView } from '../client/types.ts'
import { digitOf } from './keys.ts'
import { toasts } from './toasts.svelte.ts'

/** What a digit does: something with its class, or a word that there is none. */
export const byDigit =
  (classes: () => readonly ClassView[], take: (name: string) => void) =>
  (place: number): void => {
    const named = classes()[place]
    if (named) take(named.name)
    else toasts.say(`There is no class on ${digitOf(place)}: press n to add one`)
  }
