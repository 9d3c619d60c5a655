// The glossary: one word for one thing, from database to page. Spelling is British (optimiser, colour).

declare const brand: unique symbol
type Branded<T, Name extends string> = T & { readonly [brand]: Name }

/** A picture of a project; ids are given by the store and grow. */
export type ImageId = Branded<number, 'ImageId'>
/** One of a project's classes; ids are unique across projects. */
export type ClassId = Branded<number, 'ClassId'>
/** SHA-256 of some bytes, in hexadecimal: the name of a blob. */
export type Hash = Branded<string, 'Hash'>
/** Bytes that someone appended to a file, and their name. */
export type Written = {
  readonly hash: Hash
  readonly file: string
  readonly offset: number
  readonly sizeBytes: number
}
/** A trained version of a project: 1, 2, 3… */
export type Version = Branded<number, 'Version'>
/** A session; ids are unique across projects. */
export type SessionId = Branded<number, 'SessionId'>
/** A job, across projects. */
export type JobId = Branded<number, 'JobId'>
/** A place in the ledger of labels; a data-set version is such a position. */
export type Position = Branded<number, 'Position'>
/** Milliseconds since 1970, handed in by the world's clock. */
export type Time = number

/** Where an image may be used: to learn from, to choose settings by, or (gold) only to measure. */
export const splits = ['train', 'validation', 'test'] as const
export type Split = (typeof splits)[number]

/** A folder's worth of pictures with a question about them. */
export type Project = {
  readonly name: string
  readonly title: string
  readonly encoder: string
  readonly seed: number
  /** Shares of images drawn for measuring and for choosing settings; the rest is learnt from. */
  readonly testShare: number
  readonly validationShare: number
  readonly isDemo: boolean
  readonly createdAt: Time
}

/** A kind of thing that an image can show; its place gives its key and colour. */
export type Class = {
  readonly id: ClassId
  readonly name: string
  readonly place: number
  readonly labelled: number
}

/** What the store knows of a picture. */
export type Image = {
  readonly id: ImageId
  readonly hash: Hash
  readonly thumbnail: Hash
  readonly name: string
  readonly width: number
  readonly height: number
  readonly sizeBytes: number
  readonly format: 'jpeg' | 'png' | 'webp'
  readonly group: string | null
  /** The first image that this one nearly equals, by perceptual hash. */
  readonly nearTo: ImageId | null
  readonly split: Split
  readonly label: ClassId | null
  readonly addedAt: Time
}

/** How a label came about. */
export const labelOrigins = [
  'answer',
  'import',
  'annotate',
  'accept',
  'correct',
  'reject',
  'skip',
  'undo',
] as const
export type LabelOrigin = (typeof labelOrigins)[number]

/** An event in the ledger: append-only; the current label of an image is derived from it. */
export type Label = {
  readonly image: ImageId
  readonly class: ClassId | null
  readonly origin: LabelOrigin
  readonly by: string
  readonly at: Time
  /** How long the person took, where it is known. */
  readonly seconds: number | null
}
export type LedgerEntry = Label & {
  readonly position: Position
  /** Events written by one act are undone by one act. */
  readonly act: string
  readonly undoes: Position | null
}

/** What a version guesses of an image; never mixed with labels. */
export type Prediction = {
  readonly image: ImageId
  readonly class: ClassId
  readonly confidence: number
  readonly runnerUp: ClassId | null
  readonly margin: number
}

/** A trained version: what it is, from what and how it came about, how good it is. */
export type Model = {
  readonly version: Version
  readonly kind: 'head'
  readonly blob: Hash
  readonly card: ModelCard
  readonly createdAt: Time
}
export type ModelCard = {
  readonly encoder: string
  readonly classes: readonly { readonly id: ClassId; readonly name: string }[]
  readonly ledger: Position
  readonly trainedOn: number
  readonly seed: number
  readonly settings: Readonly<Record<string, unknown>>
  readonly figures: Readonly<Record<string, unknown>>
  /** Embeddings of a few images with the probabilities they must give: checked before a swap. */
  readonly golden: readonly { readonly image: ImageId; readonly probabilities: readonly number[] }[]
}

export const sessionStates = ['new', 'running', 'paused', 'completed', 'cancelled'] as const
export type SessionState = (typeof sessionStates)[number]

/** A plan of rounds, and how far it has come: what is asked, how it is learnt, and until when. */
export type Session = {
  readonly id: SessionId
  readonly name: string
  readonly description: string
  readonly state: SessionState
  readonly settings: Readonly<Record<string, unknown>>
  /** What the rounds showed, as of the last that was done. */
  readonly findings: Readonly<Record<string, unknown>>
  /** Why it ended; empty until then. */
  readonly why: string
  readonly createdAt: Time
  readonly startedAt: Time | null
  readonly completedAt: Time | null
}

export const roundStates = ['open', 'done', 'cancelled'] as const
export type RoundState = (typeof roundStates)[number]

/** As many questions as a session's budget, and what their answers taught. */
export type Round = {
  /** 1, 2, 3… in its session. */
  readonly number: number
  readonly state: RoundState
  /** Whether one went back to an earlier round's model since. */
  readonly isRolledBack: boolean
  readonly strategy: string
  /** Why this strategy. */
  readonly says: string
  /** Where the ledger stood when it opened. */
  readonly position: Position
  readonly version: Version | null
  readonly figures: Readonly<Record<string, unknown>>
  readonly startedAt: Time
  readonly completedAt: Time | null
}

/** An image that a round asks about; settled once it holds a label or was passed over. */
export type Question = {
  readonly image: ImageId
  readonly reason: string
  /** Drawn by chance, for the control arm or to validate. */
  readonly isDrawn: boolean
  readonly split: Split
  readonly label: ClassId | null
  readonly isSkipped: boolean
}

export const jobStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const
export type JobState = (typeof jobStates)[number]

/** A step that takes a while, on its way. */
export type Job = {
  readonly id: JobId
  /** What it computes: a repeat of a finished or waiting key is a no-op. */
  readonly key: string
  readonly project: string | null
  readonly step: string
  readonly input: unknown
  readonly state: JobState
  readonly progress: Progress
  readonly attempts: number
  readonly output: unknown
  readonly error: { readonly kind: string; readonly message: string } | null
  readonly createdAt: Time
  readonly startedAt: Time | null
  readonly finishedAt: Time | null
}
export type Progress = {
  readonly done: number
  readonly total: number | null
  readonly sentence: string
}
