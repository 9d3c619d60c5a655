// The command line: one command for each step, and a few for what is no step.
import { Command, CommanderError } from 'commander'
import { Failure, kinds, sentenceOf } from '../base/index.ts'
import { groupOf, groups, otherGroup, placeOf } from './groups.ts'
import { houseCommands } from './house-commands.ts'
import type { CliOptions, ExitCode } from './options.ts'
import { serveCommand } from './serve-command.ts'
import { addSharedOptions, stepCommand } from './step-command.ts'

const promise = 'From a folder of unlabelled images to a labelled data set, a measured model and a service.'
const after = `
Begin:
  bowerbird serve --demo --open
  bowerbird add birds ~/pictures/birds
  bowerbird ask birds --budget 10

bowerbird <command> --help shows a command’s own flags.`

/** Runs one command; gives the code that the shell should see. */
export async function main(argv: readonly string[], o: CliOptions): Promise<ExitCode> {
  const program = programOf(o)
  try {
    if (argv.length === 0) program.help()
    await program.parseAsync([...argv], { from: 'user' })
    return 0
  } catch (error) {
    return told(error, { json: argv.includes('--json'), o })
  }
}

export function programOf(o: CliOptions): Command {
  const program = new Command('bowerbird')
    .description(promise)
    .version(o.version, '--version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .enablePositionalOptions()
    .addHelpText('after', after)
  addSharedOptions(program)
  const commands = [...o.steps.map((step) => stepCommand(step, o)), serveCommand(o), ...houseCommands(o)]
  for (const heading of [...Object.keys(groups), otherGroup]) program.commandsGroup(heading)
  for (const command of commands.sort((a, b) => placeOf(a.name()) - placeOf(b.name()))) {
    program.addCommand(command.helpGroup(groupOf(command.name())))
  }
  for (const command of [program, ...program.commands]) quiet(command, o)
  return program
}

/** Nothing writes but us, and nothing ends the process: `main` gives a code. */
function quiet(command: Command, o: CliOptions): void {
  const width = Math.min(110, o.out.columns ?? 100)
  command
    .exitOverride()
    .showSuggestionAfterError()
    .allowExcessArguments(false)
    .configureOutput({
      writeOut: (text) => o.out.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
      getOutHasColors: () => o.out.isTTY === true && !o.env['NO_COLOR'],
    })
    .configureHelp({
      styleTitle: (text) => `\u001B[1m${text}\u001B[22m`,
      styleCommandText: (text) => `\u001B[36m${text}\u001B[39m`,
      subcommandTerm: (sub) => sub.name(),
      // The configuration's flags stand in the program's own help, once.
      visibleOptions: (of) =>
        of.options.filter(
          (option) => !option.hidden && (!of.parent || option.helpGroupHeading === undefined),
        ),
    })
}

function told(error: unknown, how: { readonly json: boolean; readonly o: CliOptions }): ExitCode {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    if (error.code === 'commander.help') return 2
  }
  const { kind, message, exit } = storyOf(error)
  const { err, env } = how.o
  err.write(how.json ? `${JSON.stringify({ error: { kind, message } })}\n` : `bowerbird: ${message}\n`)
  if (env['BOWERBIRD_DEBUG'] && error instanceof Error) err.write(`${error.stack}\n`)
  return exit
}

function storyOf(error: unknown): { kind: string; message: string; exit: ExitCode } {
  if (error instanceof Failure)
    return { kind: error.kind, message: error.message, exit: kinds[error.kind].exit }
  if (error instanceof CommanderError) {
    const message = error.message.replace(/^error: /, '').replace(/\n/g, ' ')
    return { kind: 'bad-input', message, exit: kinds['bad-input'].exit }
  }
  return { kind: 'crashed', message: sentenceOf(error), exit: 1 }
}
