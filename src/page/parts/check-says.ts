import { percent } from '../../figures/index.ts'
import { number } from '../words.ts'

/** What a spot check shows, said before it is accepted. */
export function checkSays(o: {
  readonly of: number
  readonly checked: number
  readonly wrong: number
  readonly wrongAtMost: number
}): string {
  const left = number(o.of - o.wrong)
  if (o.checked === o.of) return `All ${number(o.of)} are in sight: what you leave in is what you see`
  return `At most ${percent(o.wrongAtMost)} of ${left} wrong, 95% sure, ${o.checked} checked`
}
