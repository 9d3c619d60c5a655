// What runs in a child that plays: it is given the game, then asked session by session.
import { serve } from '../../processes/index.ts'
import { takeSeat, type Asked, type Given } from './seat.ts'

const { signal } = new AbortController() // who cancels ends the process

serve(async (given) => {
  const seat = await takeSeat(given as Given, signal)
  return (asked, tell) => {
    let rounds = 0
    return seat.play(asked as Asked, () => tell(++rounds))
  }
}, 'crashed')
