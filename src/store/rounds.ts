// A round is opened once and closed once, however many processes try.
import type { Question, SessionId } from '../base/index.ts'
import type { Reading, Writing } from './sqlite.ts'
import type { NewRound, Sessions } from './store-of-sessions.ts'
import type { SessionRow } from './tables.ts'

export async function openRound(w: Writing, session: SessionRow, round: NewRound): Promise<boolean> {
  const newest = await w.db
    .selectFrom('round')
    .select(['number', 'state'])
    .where('session', '=', session.id)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  const isNext = round.number === (newest?.number ?? 0) + 1 && newest?.state !== 'open'
  if (session.state !== 'running' || !isNext) return false
  const { number, strategy, says, position, at, questions } = round
  const of = { project: session.project, session: session.id }
  await w.db
    .insertInto('round')
    .values({
      ...of,
      number,
      state: 'open',
      is_rolled_back: 0,
      strategy,
      says,
      position,
      version: null,
      figures: '{}',
      started_at: at,
      completed_at: null,
    })
    .execute()
  w.many(
    `insert into question (project, session, round, place, image, reason, is_drawn)
     values (?, ?, ?, ?, ?, ?, ?)`,
    questions.map(({ image, reason, isDrawn }, place) => [
      of.project,
      of.session,
      number,
      place,
      image,
      reason,
      isDrawn ? 1 : 0,
    ]),
  )
  return true
}

export async function closeRound(
  db: Reading,
  { id }: SessionRow,
  { number, version, figures, findings, at }: Parameters<Sessions['closeRound']>[2],
): Promise<boolean> {
  const [{ numUpdatedRows = 0n } = {}] = await db
    .updateTable('round')
    .set({ state: 'done', version, figures: JSON.stringify(figures), completed_at: at })
    .where('session', '=', id)
    .where('number', '=', number)
    .where('state', '=', 'open')
    .execute()
  if (numUpdatedRows === 0n) return false
  const found = db.updateTable('session').set({ findings: JSON.stringify(findings) })
  await found.where('id', '=', id).execute()
  return true
}

/** What became of each is told by its image: nobody has to say that a question was answered. */
export async function questionsOf(
  db: Reading,
  session: SessionId,
  round: number,
): Promise<readonly Question[]> {
  const found = await db
    .selectFrom('question')
    .innerJoin('image', 'image.id', 'question.image')
    .select(['image', 'reason', 'is_drawn', 'split', 'label', 'is_skipped'])
    .where('session', '=', session)
    .where('round', '=', round)
    .orderBy('place')
    .execute()
  return found.map((row) => ({
    image: row.image,
    reason: row.reason,
    isDrawn: row.is_drawn === 1,
    split: row.split,
    label: row.label,
    isSkipped: row.is_skipped === 1,
  }))
}
