// How far a job is: a bar that redraws itself on a terminal, a line now and then elsewhere.
import type { Job, Progress } from '../base/index.ts'

export type Stream = {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}
export type Bar = { show(job: Pick<Job, 'step' | 'progress'>): void; clear(): void }

const barWidth = 24

export function openBar(err: Stream): Bar {
  let last = ''
  const redraw = (text: string): void => {
    err.write(`\r\u001B[2K${text.slice(0, (err.columns ?? 80) - 1)}`)
  }
  return {
    show(job) {
      const { sentence } = job.progress
      if (err.isTTY) redraw(`${job.step.padEnd(8)} ${drawn(job.progress)} ${sentence}`)
      // In a log only what is new is worth a line: the sentence without its numbers.
      else if (sentence && withoutNumbers(sentence) !== last) err.write(`${job.step}: ${sentence}\n`)
      last = withoutNumbers(sentence)
    },
    clear() {
      if (err.isTTY && last) err.write('\r\u001B[2K')
      last = ''
    },
  }
}

const withoutNumbers = (sentence: string): string => sentence.replace(/[\d.,%]+/g, '#')

export function drawn({ done, total }: Progress): string {
  if (!total) return '·'.repeat(barWidth)
  const share = Math.min(1, done / total)
  const filled = Math.round(share * barWidth)
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${String(Math.floor(share * 100)).padStart(3)}%`
}
