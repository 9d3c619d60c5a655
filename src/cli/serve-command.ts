// Serves page and API until Ctrl-C; with --demo there is something to label at once.
import { Command } from 'commander'
import { sentenceOf } from '../base/index.ts'
import type { House } from '../jobs/index.ts'
import { openBrowser } from './browser.ts'
import type { CliOptions } from './options.ts'
import { showChain } from './run.ts'
import { addSharedOptions, callOf } from './step-command.ts'

export function serveCommand(o: CliOptions): Command {
  const summary = 'Serve the page and the HTTP API, until Ctrl-C'
  const made = new Command('serve')
    .summary(summary)
    .description(`${summary}.`)
    .option('--demo', 'make a demo project when there is no project yet')
    .option('--open', 'open the page in the browser, where there is a display')
  addSharedOptions(made)
  return made.action(async () => {
    const call = callOf(made, o)
    const wants = made.opts<{ demo?: boolean; open?: boolean }>()
    const house = await o.openHouse(call.flags, { stays: true })
    try {
      await serveUntilInterrupted(house, o, wants)
    } finally {
      await house.close()
    }
  })
}

async function serveUntilInterrupted(
  house: House,
  o: CliOptions,
  wants: { readonly demo?: boolean; readonly open?: boolean },
): Promise<void> {
  const server = await o.serve(house, house.configuration)
  // Scripts read the address from the first line.
  o.out.write(`bowerbird is at ${server.url}\nCtrl-C stops it\n`)
  try {
    if (wants.demo) void makeDemo(house, o)
    if (wants.open) openBrowser(server.url, o)
    await new Promise<void>((done) => {
      if (o.interrupted.aborted) done()
      o.interrupted.addEventListener('abort', () => done(), { once: true })
    })
  } finally {
    await server.close()
  }
}

/** In the background: the page opens at once, and fills as the images go in. */
async function makeDemo(house: House, o: CliOptions): Promise<void> {
  try {
    const projects = await house.store.projects.list()
    if (projects.length > 0) return
    const job = await house.start('add', { project: 'demo', from: 'demo' })
    o.err.write('making the demo project: it can be labelled while its images go in\n')
    await showChain(job, { house, o })
  } catch (error) {
    o.err.write(`cannot make the demo project: ${sentenceOf(error)}\n`)
  }
}
