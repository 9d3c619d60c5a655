// The memory of the house: verbs of our domain. No SQL, no path and no row leaves this room.
import type {
  Class,
  ClassId,
  Hash,
  Image,
  ImageId,
  Job,
  JobId,
  JobState,
  Label,
  LedgerEntry,
  Model,
  ModelCard,
  Position,
  Prediction,
  Progress,
  Project,
  Split,
  Time,
  Version,
  Written,
} from '../base/index.ts'
import type { Matrix } from '../math/index.ts'
import type { Leases, Sessions } from './store-of-sessions.ts'

export type Store = {
  readonly projects: Projects
  readonly classes: Classes
  readonly images: Images
  readonly labels: Labels
  readonly truth: Truth
  readonly embeddings: Embeddings
  readonly models: Models
  readonly sessions: Sessions
  readonly leases: Leases
  readonly jobs: JobTable
  readonly settings: Settings
  readonly blobs: Blobs
  /** Copies rows and blobs into a new folder while others go on writing; the copy is consistent. */
  backup(to: string): Promise<{ readonly rows: number; readonly blobs: number }>
  /** Reads everything once: the database's own check, and every blob that a row names. */
  check(): Promise<readonly string[]>
  /**
   * Removes blobs that nothing names and that were last written before a time, writes packs that are mostly
   * dead anew, and merges small shards: safe beside others that add, read and copy.
   */
  tidy(how: { readonly before: Time; readonly signal: AbortSignal }): Promise<{
    readonly blobs: number
    readonly bytes: number
    readonly packs: number
    readonly shards: number
  }>
  close(): Promise<void>
}

export type Projects = {
  create(project: Omit<Project, 'createdAt'> & { readonly at: Time }): Promise<Project>
  list(): Promise<readonly Project[]>
  /** Fails as not-found with the names there are. */
  get(name: string): Promise<Project>
  maybe(name: string): Promise<Project | undefined>
  remove(name: string): Promise<void>
  setEncoder(name: string, encoder: string): Promise<void>
  /** Kept, not counted. */
  counts(name: string): Promise<Counts>
}
export type Counts = {
  readonly images: number
  readonly labelled: number
  readonly bySplit: Readonly<Record<Split, { readonly images: number; readonly labelled: number }>>
  /** The newest ledger position and the newest image: together they tell whether anything changed. */
  readonly position: Position
  readonly lastImage: ImageId | null
}

export type Classes = {
  list(project: string): Promise<readonly Class[]>
  /** Adds what is missing, keeps what is there; gives all classes in their places. */
  ensure(project: string, names: readonly string[]): Promise<readonly Class[]>
  rename(project: string, from: string, to: string): Promise<void>
}

export type NewImage = {
  readonly hash: Hash
  readonly thumbnail: Hash
  readonly name: string
  readonly width: number
  readonly height: number
  readonly sizeBytes: number
  readonly format: Image['format']
  readonly group: string | null
  /** 64 bits of perceptual hash, as 16 hexadecimal digits. */
  readonly fingerprint: string
}
export type Added = {
  /** One for each image given, in that order. */
  readonly ids: readonly ImageId[]
  readonly added: number
  readonly alreadyThere: number
  readonly nearDuplicates: number
}
export type Images = {
  /** In one transaction: rows, near-duplicates, split by group and near-duplicate closure, counters. */
  add(project: string, images: readonly NewImage[], at: Time): Promise<Added>
  /** As `add`; the bytes that were written aside for these images become blobs in the same transaction. */
  take(
    project: string,
    taken: { readonly images: readonly NewImage[]; readonly written: readonly Written[] },
    at: Time,
  ): Promise<Added>
  /** Which of these are in the project already. */
  known(project: string, hashes: readonly Hash[]): Promise<ReadonlyMap<Hash, ImageId>>
  get(project: string, id: ImageId): Promise<Image>
  /** In the order asked for; ids that the project lacks are left out. */
  byIds(project: string, ids: readonly ImageId[]): Promise<readonly Image[]>
  /** Read by key, never by offset. */
  page(project: string, of: PageRequest): Promise<Page>
  /** The ids alone, ascending, for whole-pool computations. */
  ids(project: string, where: ImageFilter): Promise<Int32Array>
}
export type ImageFilter = {
  readonly split?: Split
  readonly labelled?: boolean
  readonly class?: ClassId
  /** Only together with a version: the class it guesses, and how sure it is. */
  readonly guess?: {
    readonly version: Version
    readonly class?: ClassId
    readonly confidenceMin?: number
    readonly confidenceMax?: number
  }
  readonly text?: string
}
export type PageRequest = ImageFilter & {
  readonly size: number
  readonly order?: 'added' | 'unsure first'
  /** As the page before gave it. */
  readonly after?: string
  /** Instead of it, in the order added and without a guess: how many images stand before the first. */
  readonly at?: number
}
export type Page = {
  readonly images: readonly (Image & { readonly guess: Prediction | null })[]
  readonly next: string | null
}

export type Labels = {
  /** Acknowledged once durable. All events of one call are one act: one undo takes them back. */
  add(project: string, labels: readonly Label[], act: string): Promise<Position>
  /** Takes back the newest act not yet undone (by this person; by '': anyone's); itself an event. */
  undo(project: string, how: { readonly by: string; readonly at: Time }): Promise<readonly LedgerEntry[]>
  ledger(project: string, after: Position, limit: number): Promise<readonly LedgerEntry[]>
  /** What was true at a position: time travel. */
  at(project: string, position: Position): Promise<ReadonlyMap<ImageId, ClassId>>
  current(project: string, where?: { readonly split?: Split }): Promise<ReadonlyMap<ImageId, ClassId>>
  history(project: string, image: ImageId): Promise<readonly LedgerEntry[]>
  /** Images someone said to pass over, or that hold no label after a reject. */
  skipped(project: string): Promise<ReadonlySet<ImageId>>
}

/** Known answers that the loop may not see: for simulations and an honest accuracy. */
export type Truth = {
  set(project: string, truth: ReadonlyMap<ImageId, ClassId>): Promise<void>
  all(project: string): Promise<ReadonlyMap<ImageId, ClassId>>
}

export type Embeddings = {
  /** Images of the project that this encoder has not yet seen, ascending, at most `limit`. */
  missing(project: string, encoder: string, limit: number): Promise<readonly Image[]>
  /** One immutable shard (`.npy`, float16), and its row map, in one go; rows already there are left out. */
  addShard(
    project: string,
    encoder: string,
    shard: { readonly ids: readonly ImageId[]; readonly rows: Matrix },
  ): Promise<void>
  count(project: string, encoder: string): Promise<number>
  /** Shard by shard, each at most 16,384 rows. */
  shards(project: string, encoder: string): AsyncIterable<{ readonly ids: Int32Array; readonly rows: Matrix }>
}

export type Models = {
  /** Gives the next version; the same key again gives the version it gave before. */
  add(
    project: string,
    model: {
      readonly key: string
      readonly kind: Model['kind']
      readonly blob: Hash
      readonly card: ModelCard
      readonly at: Time
    },
  ): Promise<Model>
  /** Oldest first. */
  list(project: string): Promise<readonly Model[]>
  get(project: string, version: Version): Promise<Model>
  latest(project: string): Promise<Model | undefined>
  setFigures(project: string, version: Version, figures: ModelCard['figures']): Promise<void>
  /** Atomic; every change of an alias is kept, so that one can go back. */
  point(project: string, alias: 'champion' | 'challenger', version: Version, at: Time): Promise<void>
  alias(project: string, alias: 'champion' | 'challenger'): Promise<Model | undefined>
  /** Oldest first. */
  aliasHistory(
    project: string,
    alias: 'champion' | 'challenger',
  ): Promise<readonly { readonly version: Version; readonly at: Time }[]>
  /** Replaces all of that version's predictions. Kept for the newest 32 versions and those an alias names. */
  setPredictions(
    project: string,
    version: Version,
    predictions: AsyncIterable<readonly Prediction[]>,
  ): Promise<void>
  predictions(
    project: string,
    version: Version,
    ids: readonly ImageId[],
  ): Promise<ReadonlyMap<ImageId, Prediction>>
}

export type NewJob = {
  readonly key: string
  readonly project: string | null
  readonly step: string
  readonly input: unknown
  readonly at: Time
}
/** Work in hand: who holds it until when. The fence grows with each claim; an older one writes nothing. */
export type Claim = { readonly job: Job; readonly fence: number }
export type JobTable = {
  /** The same key waiting or running: that job. Done: that job, unless `again`. */
  enqueue(job: NewJob, how?: { readonly again?: boolean }): Promise<Job>
  get(id: JobId): Promise<Job>
  /** Newest first, 100 unless a limit says otherwise. */
  list(of?: {
    readonly project?: string
    readonly state?: JobState
    readonly limit?: number
  }): Promise<readonly Job[]>
  /** The oldest job that waits, or whose lease ran out; a third lost lease parks it as failed. */
  claim(worker: string, now: Time, leaseMs: number): Promise<Claim | undefined>
  /** False when the lease is someone else's by now, or the job was cancelled: stop at once. */
  beat(claim: Claim, now: Time, leaseMs: number, progress: Progress): Promise<boolean>
  /** False, and nothing written, when the fence is old. */
  finish(claim: Claim, now: Time, output: unknown): Promise<boolean>
  /** Back to the queue until the third failure (`retry` false: at once), which parks it with its error. */
  fail(
    claim: Claim,
    now: Time,
    error: { readonly kind: string; readonly message: string; readonly retry: boolean },
  ): Promise<boolean>
  /** Back to the queue as if it had not been claimed: the program ends, and that is no failure of the job. */
  release(claim: Claim, now: Time): Promise<boolean>
  cancel(id: JobId, now: Time): Promise<Job>
}

/** A key that ends in ` of NAME of CREATED-AT` goes with that project; a value may name blobs. */
export type Settings = {
  get(key: string): Promise<unknown>
  set(key: string, value: unknown): Promise<void>
}

/** Bytes named by their SHA-256: written aside, flushed, renamed. */
export type Blobs = {
  /** What the path of a file begins with to which others append bytes for `images.take`. */
  aside(): string
  put(bytes: Uint8Array): Promise<Hash>
  putMany(many: readonly Uint8Array[]): Promise<readonly Hash[]>
  get(hash: Hash): Promise<Uint8Array>
  has(hash: Hash): Promise<boolean>
  sizeOf(hash: Hash): Promise<number>
}
