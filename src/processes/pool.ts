// Child processes that take requests, and may die: whoever was in hand is asked again alone, then blamed.
import { fork, type ChildProcess } from 'node:child_process'
import { stderr } from 'node:process'
import { Failure, type FailureKind } from '../base/index.ts'

export type PoolOptions = {
  /** What a child runs: it calls `serve`. */
  readonly file: string
  /** Who they are, in the sentences of failures: "the image decoder". */
  readonly name: string
  readonly processes: number
  /** Told to each child once, before all requests. */
  readonly given?: unknown
  /** How many requests a child holds: it works on the oldest, and has the next at hand when that is done. */
  readonly inHandMax: number
  /** What is said of a request that ends its child also when it is asked alone. */
  readonly crashed: (how: string, request: unknown) => Failure
  /** What they print is passed on to our stderr. */
  readonly isHeard?: boolean
  /** The oldest in hand has so much time; without it, as much as it takes. */
  readonly late?: { readonly afterMs: number; readonly failure: () => Failure }
}
export type Pool = {
  /** Hears what the child tells before its reply; all of it anew where the request is asked again. */
  ask(request: unknown, hear?: (word: unknown) => void): Promise<unknown>
  /** Ends the children at once; who waits is told that it was cancelled. */
  close(): Promise<void>
}

export type ToChild = { readonly given: unknown } | { readonly id: number; readonly request: unknown }
export type FromChild =
  | { readonly ready: true }
  | { readonly id: number; readonly word: unknown }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly kind: FailureKind; readonly message: string } }

type Task = {
  readonly request: unknown
  readonly hear: (word: unknown) => void
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Failure) => void
}
type Child = {
  readonly process: ChildProcess
  /** Oldest first. */
  readonly inHand: Map<number, Task>
  timer: NodeJS.Timeout | undefined
  /** It holds a suspect of a crash, which must be alone to be cleared or blamed. */
  isAlone: boolean
  isReady: boolean
  stderr: string
}

const startsMax = 3 // a child that dies before it is ready three times in a row will not start a fourth time

/** Starts nothing until asked. */
export function openPool(options: PoolOptions): Pool {
  return new ChildPool(options)
}

class ChildPool implements Pool {
  readonly #options: PoolOptions
  readonly #children = new Set<Child>()
  /** As long as the callers let it become: each of them awaits its own. */
  readonly #waiting: Task[] = []
  readonly #suspects: Task[] = []
  /** One after another: what waits to be read is held once more for each child. */
  #telling: Promise<unknown> = Promise.resolve()
  #nextId = 1
  #failedStarts = 0
  #isClosed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  ask(request: unknown, hear: (word: unknown) => void = () => {}): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(this.#closed())
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, hear, resolve, reject })
      this.#handOut()
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const task of [...this.#waiting.splice(0), ...this.#suspects.splice(0)]) task.reject(this.#closed())
    await Promise.all(
      [...this.#children].map((child) => {
        const gone = new Promise((resolve) => child.process.once('exit', resolve))
        child.process.kill('SIGKILL')
        return gone
      }),
    )
  }

  #handOut(): void {
    while (!this.#isClosed) {
      const isSuspect = this.#suspects.length > 0
      const queue = isSuspect ? this.#suspects : this.#waiting
      if (queue.length === 0) return
      const child = this.#freeChild(isSuspect ? 1 : this.#options.inHandMax)
      if (!child) return
      child.isAlone = isSuspect
      this.#give(child, queue.shift()!)
    }
  }

  /** An idle one, else a new one, else the least busy that still holds fewer than the limit. */
  #freeChild(inHandMax: number): Child | undefined {
    const free = [...this.#children]
      .filter((child) => !child.isAlone && child.inHand.size < inHandMax)
      .sort((a, b) => a.inHand.size - b.inHand.size)[0]
    if (free?.inHand.size === 0) return free
    return this.#children.size < this.#options.processes ? this.#start() : free
  }

  #give(child: Child, task: Task): void {
    const id = this.#nextId++
    child.inHand.set(id, task)
    if (child.inHand.size === 1) this.#watch(child)
    void tell(child.process, { id, request: task.request })
  }

  /** From now on the oldest in hand has its time. */
  #watch(child: Child): void {
    clearTimeout(child.timer)
    const { late } = this.#options
    if (child.inHand.size === 0 || !late) return
    child.timer = setTimeout(() => this.#timeOut(child, late.failure()), late.afterMs)
  }

  #start(): Child {
    const { file, isHeard = false } = this.#options
    const process = fork(file, [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', isHeard ? 2 : 'ignore', 'pipe', 'ipc'],
    })
    const child: Child = {
      process,
      inHand: new Map(),
      timer: undefined,
      isAlone: false,
      isReady: false,
      stderr: '',
    }
    this.#children.add(child)
    process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      child.stderr = (child.stderr + text).slice(-2000) // the end of a native stack is what says why
      if (isHeard) stderr.write(text)
    })
    process.on('message', (message: FromChild) => this.#receive(child, message))
    process.once('exit', (code, signal) => this.#bury(child, signal ?? `exit code ${code}`))
    process.on('error', () => {}) // a failed kill or send; 'exit' follows
    this.#telling = this.#telling.then(() => tell(process, { given: this.#options.given }))
    return child
  }

  #receive(child: Child, message: FromChild): void {
    child.isReady = true
    this.#failedStarts = 0
    if ('word' in message) return child.inHand.get(message.id)?.hear(message.word)
    const task = 'id' in message ? this.#letGo(child, message.id) : undefined
    if ('error' in message) task?.reject(new Failure(message.error.kind, message.error.message))
    else if ('value' in message) task?.resolve(message.value)
    this.#handOut()
  }

  #letGo(child: Child, id: number): Task | undefined {
    const task = child.inHand.get(id)
    if (!task) return undefined
    child.inHand.delete(id)
    child.isAlone = false
    this.#watch(child)
    return task
  }

  #timeOut(child: Child, late: Failure): void {
    const [oldest] = child.inHand.keys()
    if (oldest !== undefined) this.#letGo(child, oldest)?.reject(late)
    child.process.kill('SIGKILL')
  }

  /** Who dies alone is to blame. Others may have shared a child, or been sent to one already dead. */
  #bury(child: Child, how: string): void {
    this.#children.delete(child)
    clearTimeout(child.timer)
    const tasks = [...child.inHand.values()]
    child.inHand.clear()
    if (this.#isClosed) tasks.forEach((task) => task.reject(this.#closed()))
    else if (!child.isReady && ++this.#failedStarts < startsMax) this.#waiting.unshift(...tasks)
    else if (!child.isReady) this.#giveUp(tasks, `${how}: ${child.stderr.trim()}`)
    else if (child.isAlone) tasks.forEach((task) => task.reject(this.#options.crashed(how, task.request)))
    else this.#suspects.push(...tasks)
    this.#handOut()
  }

  #giveUp(tasks: readonly Task[], why: string): void {
    this.#failedStarts = 0
    const failure = new Failure('not-ready', `${this.#options.name} does not start: ${why}`)
    const all = [...tasks, ...this.#suspects.splice(0), ...this.#waiting.splice(0)]
    for (const task of all) task.reject(failure)
  }

  #closed(): Failure {
    return new Failure('cancelled', `${this.#options.name} was closed`)
  }
}

/** Until it is read. A broken channel is followed by 'exit', which settles all that the child held. */
const tell = (child: ChildProcess, message: ToChild): Promise<unknown> =>
  new Promise((read) => child.send(message, read))
