// Where sessions are played: in child processes, or here where there are too few to share out. ONNX Runtime
// blocks the thread that calls it, so that within one process two sessions take as long as one after another.
import path from 'node:path'
import { Failure } from '../../base/index.ts'
import type { Session } from '../../measure/index.ts'
import { openPool } from '../../processes/index.ts'
import { takeSeat, type Asked, type Given, type Seat } from './seat.ts'

export type Seats = Seat & { readonly count: number }

// The same file, as TypeScript from the sources and as JavaScript once built.
const childFile = path.join(import.meta.dirname, `seat-child${path.extname(import.meta.filename)}`)

/** What was begun ends with the signal, at once. */
export async function openSeats(
  given: Given,
  { count, signal }: { readonly count: number; readonly signal: AbortSignal },
): Promise<Seats> {
  signal.throwIfAborted()
  if (count < 2) return { count: 1, ...(await takeSeat(given, signal)) }
  // Children have the priority of their parent, which works in the background.
  const pool = openPool({
    file: childFile,
    name: 'the player of sessions',
    processes: count,
    given,
    inHandMax: 1,
    isHeard: true, // a strategy of the user's own may say something
    crashed: (how, asked) => crashed(how, asked as Asked),
  })
  const stop = () => void pool.close()
  signal.addEventListener('abort', stop)
  return {
    count,
    async play(asked, told) {
      let most = 0
      const hear = (rounds: unknown) => {
        if ((rounds as number) <= most) return // of a session that is played again
        most = rounds as number
        told()
      }
      try {
        return (await pool.ask(asked, hear)) as Session
      } catch (error) {
        signal.throwIfAborted() // its reason says more than that the pool was closed
        throw error
      }
    },
    close() {
      signal.removeEventListener('abort', stop)
      return pool.close()
    },
  }
}

const crashed = (how: string, { player, seed }: Asked): Failure =>
  new Failure(
    'crashed',
    `cannot play ${player}, seed ${seed}: the process that played it ended twice (${how}); what was played is kept`,
  )

export type Room = { readonly sessions: number; readonly cores: number; readonly memoryBytes: number }

const shareOfMemory = 0.5 // of what is free: the rest of the program and the machine's cache live there, too
// Seen at most: 138 MB without a table to speak of, 234 with one of 10 MB, 406 with one of 41 (UHerding; 379
// with DropQuery): rows are drawn anew for each round, and the last round's go when memory is asked for.
const bytesOfProcess = 200e6
const tablesHeld = 7

/** As many as cores, but no more than sessions, nor than memory has room for. */
export function seatsFor({ table }: Pick<Given, 'table'>, { sessions, cores, memoryBytes }: Room): number {
  const bytesOfSeat = bytesOfProcess + tablesHeld * table.rows.data.byteLength
  return Math.min(sessions, cores, Math.floor((shareOfMemory * memoryBytes) / bytesOfSeat))
}
