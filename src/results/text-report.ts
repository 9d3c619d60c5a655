// The report in plain text: what a person reads over a secure shell.
import { parts } from './splits.ts'
import type { Metadata } from './metadata.ts'

const barWidth = 24

export function textReport(of: Metadata): string {
  const { title, says, method, seed, classes, confidence, images, alignment, history, audit } = of
  const names = Math.min(28, Math.max(5, ...classes.map(({ name }) => name.length)))
  const most = Math.max(1, ...classes.map((c) => c.images))
  const rows = classes
    .toSorted((a, b) => b.images - a.images)
    .map(({ name, images: count, confidence: sure, splits }) => {
      const bar = '█'.repeat(Math.round((barWidth * count) / most)).padEnd(barWidth)
      const counts = parts.map((part) => String(splits[part]).padStart(7)).join('')
      return `${name.slice(0, names).padEnd(names)} ${String(count).padStart(8)}  ${bar}  ${sure.toFixed(2)}${counts}`
    })
  const clusters = alignment.filter(({ cluster }) => cluster >= 0)
  const pure = clusters.filter(
    ({ images: all, classes: own }) => Math.max(...Object.values(own)) >= 0.9 * all,
  )
  const noise = alignment.find(({ cluster }) => cluster < 0)?.images ?? 0
  const unsure = images.toSorted((a, b) => a.confidence - b.confidence).slice(0, 10)
  return [
    title,
    '='.repeat(title.length),
    `${says}.`,
    `Method ${method}, seed ${seed}.`,
    ...(audit ? [audit.says] : []),
    '',
    `${'class'.padEnd(names)}   images  ${' '.repeat(barWidth)}  sure${parts.map((part) => part.padStart(7)).join('')}`,
    ...rows,
    '',
    `Confidence: mean ${confidence.mean}, half of the images at least ${confidence.median}, least ${confidence.least}.`,
    `Clusters: ${clusters.length}, ${pure.length} of them belong to one class by nine tenths; ${noise} images in none.`,
    '',
    'Rounds: how far prototypes moved, and which share of the images changed class',
    ...history.map(
      ({ step, moved, changed }) => `  ${step.padEnd(16)} ${moved.toFixed(5)}  ${changed.toFixed(4)}`,
    ),
    '',
    'Look at these first, the least sure:',
    ...unsure.map(
      ({ path, label, runnerUp, confidence: sure }) =>
        `  ${sure.toFixed(2)}  ${path}: ${label}${runnerUp === null ? '' : `, or ${runnerUp}`}`,
    ),
    '',
  ].join('\n')
}
