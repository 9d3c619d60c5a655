// Child processes that take requests, and may die: whoever was in hand is asked again alone, then blamed.
import { fork, type ChildProcess } from 'node:child_process'
import { Failure, type FailureKind } from '../base/index.ts'

export type PoolOptions = {
  readonly file: string
  readonly processes: number
  /** How many requests a child holds: it works on the oldest, and has the next at hand when that is done. */
  readonly inHandMax: number
  /** For the oldest in hand. */
  readonly timeoutMs: number
}
export type Pool = {
  ask(request: unknown): Promise<unknown>
  close(): Promise<void>
}

type Task = {
  readonly request: unknown
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
type Reply = {
  readonly id?: number
  readonly value?: unknown
  readonly error?: { readonly kind: FailureKind; readonly message: string }
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
  #nextId = 1
  #failedStarts = 0
  #isClosed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  ask(request: unknown): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(closed())
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject })
      this.#handOut()
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const task of [...this.#waiting.splice(0), ...this.#suspects.splice(0)]) task.reject(closed())
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
    // A broken channel is followed by 'exit', which settles all that the child held.
    child.process.send({ id, request: task.request } as object, () => {})
  }

  /** From now on the oldest in hand has its time. */
  #watch(child: Child): void {
    clearTimeout(child.timer)
    if (child.inHand.size === 0) return
    child.timer = setTimeout(() => this.#timeOut(child), this.#options.timeoutMs)
  }

  #start(): Child {
    const process = fork(this.#options.file, [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
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
    })
    process.on('message', (reply: Reply) => this.#receive(child, reply))
    process.once('exit', (code, signal) => this.#bury(child, signal ?? `exit code ${code}`))
    process.on('error', () => {}) // a failed kill or send; 'exit' follows
    return child
  }

  #receive(child: Child, reply: Reply): void {
    child.isReady = true
    this.#failedStarts = 0
    const task = reply.id === undefined ? undefined : this.#letGo(child, reply.id)
    if (reply.error) task?.reject(new Failure(reply.error.kind, reply.error.message))
    else task?.resolve(reply.value)
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

  #timeOut(child: Child): void {
    const [oldest] = child.inHand.keys()
    const seconds = this.#options.timeoutMs / 1000
    const late = new Failure('not-an-image', `it was not decoded within ${seconds} s, the most allowed`)
    if (oldest !== undefined) this.#letGo(child, oldest)?.reject(late)
    child.process.kill('SIGKILL')
  }

  /** Who dies alone is to blame. Others may have shared a child, or been sent to one already dead. */
  #bury(child: Child, how: string): void {
    this.#children.delete(child)
    clearTimeout(child.timer)
    const tasks = [...child.inHand.values()]
    child.inHand.clear()
    if (this.#isClosed) tasks.forEach((task) => task.reject(closed()))
    else if (!child.isReady && ++this.#failedStarts < startsMax) this.#waiting.unshift(...tasks)
    else if (!child.isReady) this.#giveUp(tasks, `${how}: ${child.stderr.trim()}`)
    else if (child.isAlone) tasks[0]?.reject(new Failure('crashed', `it crashed the decoder (${how})`))
    else this.#suspects.push(...tasks)
    this.#handOut()
  }

  #giveUp(tasks: readonly Task[], why: string): void {
    this.#failedStarts = 0
    const failure = new Failure('not-ready', `the image decoder does not start: ${why}`)
    const all = [...tasks, ...this.#suspects.splice(0), ...this.#waiting.splice(0)]
    for (const task of all) task.reject(failure)
  }
}

const closed = (): Failure => new Failure('cancelled', 'the image decoder was closed')
