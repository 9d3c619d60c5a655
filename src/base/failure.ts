/** What can go wrong for a person, and what it means to a browser and to a shell. */
export const kinds = {
  'bad-input': { http: 400, exit: 2 },
  'not-allowed': { http: 403, exit: 2 },
  'no-token': { http: 401, exit: 2 },
  'not-found': { http: 404, exit: 2 },
  'already-there': { http: 409, exit: 2 },
  'out-of-pool': { http: 409, exit: 2 },
  'not-ready': { http: 409, exit: 2 },
  'too-large': { http: 413, exit: 2 },
  'not-an-image': { http: 400, exit: 2 },
  cancelled: { http: 409, exit: 130 },
  'port-taken': { http: 500, exit: 1 },
  'no-network': { http: 502, exit: 1 },
  'disk-full': { http: 507, exit: 1 },
  'corrupt-data': { http: 500, exit: 1 },
  'newer-schema': { http: 500, exit: 1 },
  crashed: { http: 500, exit: 1 },
} as const satisfies Record<string, { readonly http: number; readonly exit: number }>

export type FailureKind = keyof typeof kinds

/** An error for people: its message says what failed, the rule, and the value. */
export class Failure extends Error {
  readonly kind: FailureKind

  constructor(kind: FailureKind, message: string, options?: { readonly cause: unknown }) {
    super(message, options)
    this.name = 'Failure'
    this.kind = kind
  }
}

/** What to show of anything that was thrown. */
export const sentenceOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown)
