// The report as one file: figures and small pictures inside, light and dark, no script.
import { escapeText, themes } from '../figures/index.ts'
import type { ImageRecord, Metadata } from './metadata.ts'
import { plots, type PlotName, type Small } from './plots.ts'
import { parts } from './splits.ts'

export type Shown = {
  /** Of each class its surest images. */
  readonly samples: ReadonlyMap<string, readonly Picture[]>
  readonly unsure: readonly Picture[]
  /** Those that lie on the map. */
  readonly small: Small
}
export type Picture = { readonly record: ImageRecord; readonly href: string | null }

const style = `
:root{color-scheme:light dark;--font:Inter,system-ui,sans-serif;
--ground:#f4f2ee;--surface:#fbfaf8;--text:#1f1c19;
--muted:#5f5a54;--line:#e0deda;--accent:#1f63c4;--good:#1c7a45;--bad:#b3372b}
@media(prefers-color-scheme:dark){:root{--ground:#171513;--surface:#211e1b;--text:#efebe5;--muted:#aaa39a;
--line:#3a3632;--accent:#7fb0f5;--good:#6cc795;--bad:#ef8a7e}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 var(--font)}
main{max-width:960px;margin:0 auto;padding:40px 20px 80px}
h1{font-size:30px;line-height:1.2;margin:0 0 8px;overflow-wrap:anywhere}
h2{font-size:18px;margin:0 0 4px}
p{margin:0 0 12px;color:var(--muted);max-width:70ch}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(136px,1fr));gap:12px;margin:24px 0}
.fact,section{background:var(--surface);border:1px solid var(--line);border-radius:12px;padding:16px}
.fact b{display:block;font-size:22px;line-height:1.2;font-variant-numeric:tabular-nums}
.fact span{color:var(--muted);font-size:14px}
section{margin:16px 0;padding:20px}
section svg{max-width:100%;height:auto;display:block}
.row{display:grid;grid-template-columns:150px 1fr;gap:12px;align-items:start;padding:10px 0;
border-top:1px solid var(--line)}
.row:first-of-type{border-top:0}
.row b{overflow-wrap:anywhere}
.row small{display:block;color:var(--muted);font-weight:400}
.pictures{display:flex;flex-wrap:wrap;gap:6px}
img,.none{width:54px;height:54px;object-fit:cover;border-radius:6px;background:var(--line);display:block}
figure{margin:0;width:96px;font-size:12px;line-height:1.3}
figure img,figure .none{width:96px;height:96px}
a{display:block;border-radius:6px;text-decoration:none;color:inherit}
a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
a img{transition:transform .12s ease-out}
a:hover img,a:focus-visible img{transform:scale(1.6);position:relative;z-index:1;box-shadow:0 6px 20px #0006}
@media(prefers-reduced-motion:reduce){a img{transition:none}}
ul{margin:0;padding-left:20px;color:var(--muted)}
li a{display:inline;color:var(--accent);text-decoration:underline}
figcaption{overflow-wrap:anywhere;color:var(--muted);margin-top:4px}
figcaption b{color:var(--text)}
@media(max-width:560px){.row{grid-template-columns:1fr}}
@media print{body{background:#fff}section{break-inside:avoid}}
`

export function htmlReport(of: Metadata, shown: Shown): string {
  const says = escapeText(of.says)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeText(of.title)} · labelled</title><style>${style}</style></head><body><main>
<header><h1>${escapeText(of.title)}</h1><p>${says}.</p>${auditLine(of)}</header>
<div class="facts">${factsOf(of)}</div>
${plotSection(of, 'distribution')}
${samplesSection(of, shown)}
${unsureSection(shown)}
${plotSection(of, 'confidence')}
${plotSection(of, 'map', shown.small)}
${plotSection(of, 'alignment')}
${convergenceSection(of)}
${filesSection(of)}
<p>Method ${escapeText(of.method)}, seed ${of.seed}. The same input and seed give the same labels.</p>
</main></body></html>
`
}

function filesSection({ audit }: Metadata): string {
  const files: [string, string][] = [
    ['images/', 'the pictures, a folder for each class'],
    [
      'metadata.json',
      'all of this as data: of each image its label, confidence, runner-up, cluster and split',
    ],
    ['splits/', 'train, val and test as lists; look-alikes and groups lie in one of them'],
    ['class_prototypes.npy', 'where each class lies among the embeddings'],
    ['plots/', 'the figures as files; bowerbird plot draws them anew'],
    ...(audit
      ? [['questions.csv', 'what a person is asked, to be handed back as --audit'] as [string, string]]
      : []),
  ]
  const rows = files.map(([name, says]) => `<li><a href="${name}">${name}</a>: ${says}</li>`)
  return `<section><h2>What lies beside this report</h2><ul>${rows.join('')}</ul></section>`
}

const convergenceSection = (of: Metadata): string =>
  of.history.length > 1 ? plotSection(of, 'convergence') : ''

const auditLine = ({ audit }: Metadata): string =>
  audit ? `<p><b>${audit.promised ? 'Promised' : 'Not promised'}:</b> ${escapeText(audit.says)}.</p>` : ''

function factsOf({ images, classes, alignment, confidence, measured }: Metadata): string {
  const present = classes.filter((c) => c.images > 0).length
  const clusters = alignment.filter(({ cluster }) => cluster >= 0).length
  const counts = parts.map((part) => classes.reduce((sum, { splits }) => sum + splits[part], 0))
  const facts: [string, string][] = [
    [images.length.toLocaleString('en'), 'images labelled'],
    [`${present} of ${classes.length}`, 'classes occur'],
    [confidence.mean.toFixed(2), 'confidence, the mean'],
    [String(clusters), 'clusters'],
    [counts.map((count) => count.toLocaleString('en')).join(' · '), parts.join(' · ')],
  ]
  if (measured)
    facts.push([
      `${(100 * measured.value).toFixed(1)}%`,
      `right of ${measured.count} known ones (${(100 * measured.low).toFixed(0)}–${(100 * measured.high).toFixed(0)}%)`,
    ])
  return facts
    .map(([figure, says]) => `<div class="fact"><b>${figure}</b><span>${says}</span></div>`)
    .join('')
}

function plotSection(of: Metadata, name: PlotName, small: Small = new Map()): string {
  const { title, says, draw } = plots[name]
  return `<section><h2>${title}</h2><p>${says}</p>${draw(of, themes.page, small)}</section>`
}

function pictureOf({ record, href }: Picture): string {
  const says = escapeText(`${record.path}: ${record.label}, ${record.confidence.toFixed(2)}`)
  if (href === null) return `<div class="none" title="${says}"></div>`
  const image = `<img src="${href}" alt="${says}" title="${says}" loading="lazy">`
  return record.file === null ? image : `<a href="${addressOf(record.file)}">${image}</a>`
}

/** Within the results: the report and the pictures move together. */
const addressOf = (file: string): string => escapeText(file.split('/').map(encodeURIComponent).join('/'))

function samplesSection({ classes }: Metadata, { samples }: Shown): string {
  if (![...samples.values()].flat().some(({ href }) => href)) return ''
  const rows = classes
    .filter(({ name }) => samples.has(name))
    .toSorted((a, b) => b.images - a.images)
    .map(({ name, images, confidence }) => {
      const counts = `${images.toLocaleString('en')} images, ${confidence.toFixed(2)} sure`
      const pictures = samples.get(name)!.map(pictureOf).join('')
      return `<div class="row"><b>${escapeText(name)}<small>${counts}</small></b><div class="pictures">${pictures}</div></div>`
    })
  return `<section><h2>What each class looks like</h2><p>From the surest to the least sure.</p>${rows.join('')}</section>`
}

function unsureSection({ unsure }: Shown): string {
  const pictures = unsure.map((picture) => {
    const { label, runnerUp, confidence } = picture.record
    const other = runnerUp === null ? '' : ` or ${escapeText(runnerUp)}`
    return `<figure>${pictureOf(picture)}<figcaption><b>${escapeText(label)}</b>${other} · ${confidence.toFixed(2)}</figcaption></figure>`
  })
  const says =
    'The least sure: a minute here mends more than an hour anywhere else. A click opens the picture.'
  return `<section><h2>Look at these first</h2><p>${says}</p><div class="pictures">${pictures.join('')}</div></section>`
}
