import type { Job } from '../client/types.ts'
import { number } from '../words.ts'

const says: Readonly<Record<string, string>> = {
  add: 'Adding pictures',
  embed: 'Looking at pictures',
  train: 'Training',
  map: 'Drawing the map',
  cluster: 'Finding clusters',
  evaluate: 'Measuring',
  'session-advance': 'Closing the round',
  report: 'Measuring what was saved',
  replay: 'Replaying strategies',
  simulate: 'Comparing strategies',
  annotate: 'Labelling by itself',
  plot: 'Drawing a figure',
  export: 'Exporting',
  tidy: 'Tidying up',
  backup: 'Backing up',
  check: 'Checking the data',
}
export const jobSays = (step: string): string => says[step] ?? step

/** "3,120 of 10,000 · 58 a second · 2 minutes left" after what the job says itself. */
export function progressSays({ state, progress, startedAt }: Job, now: number = Date.now()): string {
  if (state === 'queued') return 'Waiting for its turn'
  const { done, total, sentence } = progress
  const parts = [sentence || 'Under way']
  const seconds = startedAt === null ? 0 : (now - startedAt) / 1000
  if (total !== null && total > 1 && done > 0 && seconds > 2) {
    const rate = done / seconds
    if (rate >= 2) parts.push(`${number(Math.round(rate))} a second`)
    parts.push(`${duration((total - done) / rate)} left`)
  }
  return parts.join(' · ')
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`
  const minutes = seconds / 60
  return minutes < 90 ? `${Math.round(minutes)} minutes` : `${Math.round(minutes / 60)} hours`
}
