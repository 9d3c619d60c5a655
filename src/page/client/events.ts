// One stream for everything the server has to tell. The browser reconnects; after a cut we read afresh.
import type { Job } from './types.ts'

export type Told = {
  onJob(job: Job): void
  onProject(name: string): void
  /** The line is up (again): whatever was missed must be read. */
  onOpen(): void
  onLost(): void
}

export function listen(told: Told): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let waitMs = 500
  const connect = () => {
    source = new EventSource('/v1/events')
    source.addEventListener('open', () => {
      waitMs = 500
      told.onOpen()
    })
    source.addEventListener('job', (event) => told.onJob(JSON.parse(event.data) as Job))
    for (const kind of ['project', 'removed']) {
      source.addEventListener(kind, (event: MessageEvent<string>) =>
        told.onProject((JSON.parse(event.data) as { project: string }).project),
      )
    }
    source.addEventListener('error', () => {
      told.onLost()
      if (source?.readyState !== EventSource.CLOSED) return
      timer = setTimeout(connect, waitMs)
      waitMs = Math.min(waitMs * 2, 8000)
    })
  }
  connect()
  return () => {
    clearTimeout(timer)
    source?.close()
  }
}
