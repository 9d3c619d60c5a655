import type { ClassView } from '../client/types.ts'

// One wheel of hues at equal lightness. Neighbours in the list stand far apart on it, so that the first few
// classes, which are seen together most, are told apart best; a sign always stands beside the colour.
const firstHues = [250, 70, 155, 20, 310, 195, 105, 280, 45, 345, 175, 130]
const goldenAngle = 137.508

export const hueOf = (place: number): number => firstHues[place] ?? Math.round((place * goldenAngle) % 360)

/** Which place a class has on it, by its name. */
export function placesIn(classes: readonly ClassView[]): (name: string) => number {
  const places = new Map(classes.map(({ name, place }) => [name, place]))
  return (name) => places.get(name) ?? 0
}

/** The digit that labels with it, else its first letter. */
export const signOf = (name: string, place: number): string =>
  place < 9 ? String(place + 1) : place === 9 ? '0' : ([...name][0] ?? '?').toUpperCase()
