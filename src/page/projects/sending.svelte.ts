// An upload under way: it outlives the dialog that began it.
import { uploadAll, type Sent, type Upload } from '../client/uploads.ts'
import { house } from '../state/house.svelte.ts'
import { toasts } from '../state/toasts.svelte.ts'
import { bytes, many } from '../words.ts'

type Sending = {
  readonly project: string
  readonly files: number
  readonly bytes: number
  readonly sent: Sent
  readonly cancel: () => void
}
let now = $state.raw<Sending | null>(null)

export const sending = {
  get now() {
    return now
  },
  async begin(project: string, uploads: readonly Upload[], labels: 'none' | 'folders'): Promise<boolean> {
    if (now) {
      toasts.say('One upload at a time: the one before is still under way')
      return false
    }
    const stop = new AbortController()
    const size = uploads.reduce((sum, { file }) => sum + file.size, 0)
    now = {
      project,
      files: uploads.length,
      bytes: size,
      sent: { files: 0, bytes: 0 },
      cancel: () => stop.abort(),
    }
    try {
      const jobs = await uploadAll(project, uploads, {
        labels,
        signal: stop.signal,
        onSent: (sent) => now && (now = { ...now, sent }),
      })
      for (const job of jobs) house.seen(job)
      toasts.say(`${many(uploads.length, 'file')}, ${bytes(size)}, are here and are being added`)
      return true
    } catch (thrown) {
      if (stop.signal.aborted) toasts.say('The upload was cancelled')
      else toasts.bad(thrown)
      return false
    } finally {
      now = null
    }
  },
}
