import { setImmediate as soon } from 'node:timers/promises'
import { sql, type SelectQueryBuilder } from 'kysely'
import { Failure, type ImageId } from '../base/index.ts'
import { firstWhere, marginKey, placeOf, predictionAt, type Guesses, type GuessSet } from './guesses.ts'
import { imageOf } from './image-row.ts'
import { projectRow } from './projects.ts'
import { among, type Reading, type Rows } from './sqlite.ts'
import type { ImageFilter, Page, PageRequest } from './store.ts'
import type { ImageRow, Tables } from './tables.ts'

// A filter may match nothing: it looks through so many images, then lets others run.
const lookedThrough = 10_000
const guessedAtOnce = 1000

type Found = { readonly rows: readonly ImageRow[]; readonly cursor: (row: ImageRow) => string }
type Asked = {
  readonly db: Reading
  readonly project: number
  readonly of: ImageFilter
  readonly set: GuessSet | undefined
  readonly wanted: number
}

export async function pageOf(
  rows: Rows,
  guesses: Guesses,
  { project: name, of }: { readonly project: string; readonly of: PageRequest },
): Promise<Page> {
  const { id: project } = await projectRow(rows.db, name)
  const version =
    of.guess?.version ?? (of.order === 'unsure first' ? await newestOf(rows, project) : undefined)
  const set = version === undefined ? undefined : await guesses.of(project, version)
  const asked: Asked = { db: rows.db, project, of, set, wanted: of.size + 1 }
  const found: { readonly row: ImageRow; readonly cursor: string }[] = []
  const after = of.at === undefined ? of.after : await before(asked, of, of.at)
  for await (const some of inOrder(asked, { ...of, ...(after !== undefined && { after }) })) {
    for (const row of some.rows) found.push({ row, cursor: some.cursor(row) })
    if (found.length > of.size) break
  }
  const shown = found.slice(0, of.size)
  const withGuess = ({ row }: { row: ImageRow }) => {
    const place = set ? placeOf(set, row.id) : -1
    return { ...imageOf(row), guess: place < 0 ? null : predictionAt(set!, place) }
  }
  return { images: shown.map(withGuess), next: found.length > of.size ? shown.at(-1)!.cursor : null }
}

async function newestOf(rows: Rows, project: number) {
  const row = await rows.db
    .selectFrom('model')
    .select('version')
    .where('project', '=', project)
    .where('guesses', 'is not', null)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.version
}

/** The images' ids, ascending. */
export async function idsOf(
  rows: Rows,
  guesses: Guesses,
  { project: name, where }: { readonly project: string; readonly where: ImageFilter },
): Promise<Int32Array> {
  const { id: project } = await projectRow(rows.db, name)
  const set = where.guess && (await guesses.of(project, where.guess.version))
  const ids: number[] = []
  for await (const window of windows(rows.db, project, 0)) {
    const query = within(rows.db.selectFrom('image').select('id'), project, window)
    for (const { id } of await matching(query, where).orderBy('id').execute()) {
      if (!narrowsGuess(where) || (set && guessed(set, where)(placeOf(set, id)))) ids.push(id)
    }
  }
  return Int32Array.from(ids)
}

/**
 * Where a page begins whose first image has so many before it: found along the index, window by window, so
 * that a jump to the last of a million takes a hundred small looks and no page is read on the way.
 */
async function before({ db, project }: Asked, of: PageRequest, at: number): Promise<string> {
  if (of.after !== undefined || of.order === 'unsure first' || narrowsGuess(of)) {
    throw new Failure(
      'bad-input',
      `a page begins at a place (${at}) in the order added alone, without a guess and without after`,
    )
  }
  let left = at
  for await (const window of windows(db, project, 0)) {
    const ids = () => matching(within(db.selectFrom('image').select('id'), project, window), of)
    const isWhole = !filters(of) && window.upTo !== null
    const count = isWhole ? lookedThrough : await countOf(ids())
    if (left < count) {
      const { id } = await ids().orderBy('id').offset(left).limit(1).executeTakeFirstOrThrow()
      return `a${id - 1}`
    }
    left -= count
  }
  return `a${Number.MAX_SAFE_INTEGER}`
}

async function countOf(ids: ImageQuery<{ id: ImageId }>): Promise<number> {
  const { count } = await ids
    .clearSelect()
    .select((e) => e.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

/** `added`: by id. `unsure first`: by margin; behind them, by id, those that were not guessed. */
async function* inOrder(asked: Asked, { order, after = '' }: PageRequest): AsyncGenerator<Found> {
  const [, kind, first = '0', second = '0'] = /^([aun])(\d+)(?:-(\d+))?$/.exec(after) ?? []
  if (after !== '' && kind === undefined) {
    throw new Failure(
      'bad-input',
      `a page begins after what the page before gave as next, and "${after}" is no such thing`,
    )
  }
  const { set, of } = asked
  if (order !== 'unsure first' || !set) {
    const byId = (row: ImageRow) => `a${row.id}`
    if (!narrowsGuess(of)) return yield* scanned(asked, Number(first), byId)
    if (!set) return
    const start = firstWhere(set.images.length, (i) => set.images[i]! > Number(first))
    return yield* picked(asked, { place: (i) => i, start, set, cursor: byId })
  }
  if (kind !== 'n') {
    const from = { key: kind ? Number(first) : -1, image: Number(second) }
    yield* picked(asked, {
      place: (i) => set.byMargin[i]!,
      start: behind(set, from),
      set,
      cursor: byMargin(set),
    })
  }
  if (narrowsGuess(of)) return
  for await (const some of scanned(asked, kind === 'n' ? Number(first) : 0, (row) => `n${row.id}`)) {
    yield { ...some, rows: some.rows.filter((row) => placeOf(set, row.id) < 0) }
  }
}

const byMargin = (set: GuessSet) => (row: ImageRow) =>
  `u${marginKey(set.margins[placeOf(set, row.id)]!)}-${row.id}`

function behind(set: GuessSet, from: { readonly key: number; readonly image: number }): number {
  return firstWhere(set.byMargin.length, (i) => {
    const place = set.byMargin[i]!
    const key = marginKey(set.margins[place]!)
    return key > from.key || (key === from.key && set.images[place]! > from.image)
  })
}

/** Along the rows by id, a window at a time. */
async function* scanned(asked: Asked, from: number, cursor: Found['cursor']): AsyncGenerator<Found> {
  const { db, project, of, wanted } = asked
  const all = filters(of) ? windows(db, project, from) : [{ after: from, upTo: null }]
  for await (const window of all) {
    for (let { after } = window; ;) {
      const query = within(db.selectFrom('image').selectAll(), project, { after, upTo: window.upTo })
      const rows = await matching(query, of).orderBy('id').limit(wanted).execute()
      yield { rows, cursor }
      if (rows.length < wanted) break
      after = rows.at(-1)!.id
    }
  }
}

/** Along the guesses in an order of theirs, those that the filter wants. */
async function* picked(
  { db, project, of }: Asked,
  along: {
    readonly set: GuessSet
    readonly place: (index: number) => number
    readonly start: number
    readonly cursor: Found['cursor']
  },
): AsyncGenerator<Found> {
  const { set, place, start, cursor } = along
  const isWanted = guessed(set, of)
  for (let i = start; i < set.images.length; await soon()) {
    const ids: number[] = []
    for (; i < set.images.length && ids.length < guessedAtOnce; i++) {
      if (isWanted(place(i))) ids.push(set.images[place(i)]!)
    }
    const query = db.selectFrom('image').selectAll().where('project', '=', project)
    const rows = await matching(query.where('id', 'in', among(ids as ImageId[])), of).execute()
    const byId = new Map<number, ImageRow>(rows.map((row) => [row.id, row]))
    yield { rows: ids.flatMap((id) => byId.get(id) ?? []), cursor }
  }
}

const filters = ({ split, labelled, class: label, text }: ImageFilter): boolean =>
  split !== undefined || labelled !== undefined || label !== undefined || text !== undefined
const narrowsGuess = ({ guess }: ImageFilter): boolean =>
  guess?.class !== undefined || guess?.confidenceMin !== undefined || guess?.confidenceMax !== undefined

function guessed(set: GuessSet, { guess }: ImageFilter): (place: number) => boolean {
  const { class: wanted, confidenceMin = -Infinity, confidenceMax = Infinity } = guess ?? {}
  return (place) =>
    place >= 0 &&
    (wanted === undefined || set.classes[place] === wanted) &&
    set.confidences[place]! >= confidenceMin &&
    set.confidences[place]! <= confidenceMax
}

type ImageQuery<O> = SelectQueryBuilder<Tables, 'image', O>
type Window = { readonly after: number; readonly upTo: ImageId | null }

function matching<O>(query: ImageQuery<O>, of: ImageFilter): ImageQuery<O> {
  let narrowed = query
  if (of.split !== undefined) narrowed = narrowed.where('split', '=', of.split)
  if (of.labelled !== undefined) narrowed = narrowed.where('label', of.labelled ? 'is not' : 'is', null)
  if (of.class !== undefined) narrowed = narrowed.where('label', '=', of.class)
  if (of.text === undefined) return narrowed
  const pattern = `%${of.text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
  return narrowed.where(sql<boolean>`lower(name) like ${pattern} escape '\\'`)
}

function within<O>(query: ImageQuery<O>, project: number, { after, upTo }: Window): ImageQuery<O> {
  const later = query.where('project', '=', project).where('id', '>', after as ImageId)
  return upTo === null ? later : later.where('id', '<=', upTo)
}

/** Cuts a project's ids into windows of 10,000; the last is open. */
async function* windows(db: Reading, project: number, from: number): AsyncGenerator<Window> {
  for (let after = from; ; await soon()) {
    const all = within(db.selectFrom('image').select('id'), project, { after, upTo: null })
    const last = await all
      .orderBy('id')
      .offset(lookedThrough - 1)
      .limit(1)
      .executeTakeFirst()
    yield { after, upTo: last?.id ?? null }
    if (!last) return
    after = last.id
  }
}
