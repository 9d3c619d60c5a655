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
    source.addEventListener('job', (event) => {
      const told_ = JSON.parse(event.data) as Job | { job: Job }
      told.onJob('job' in told_ ? told_.job : told_)
    })
    source.addEventListener('project', (event) => {
      const it = JSON.parse(event.data) as { project?: string; name?: string }
      told.onProject(it.project ?? it.name ?? '')
    })
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
