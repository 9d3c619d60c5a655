// The command line: one command for each step, and a few for what is no step.
import { Command, CommanderError } from 'commander'
import { Failure, kinds, sentenceOf } from '../base/index.ts'
import { groupOf, groups, otherGroup, placeOf } from './groups.ts'
import { houseCommands } from './house-commands.ts'
import type { CliOptions, ExitCode } from './options.ts'
import { serveCommand } from './serve-command.ts'
import { addSharedOptions, commandNamed, configurationFlags, stepCommand } from './step-command.ts'

const promise = 'From a folder of unlabelled images to a labelled data set, a measured model and a service.'
const examples = [
  ['bowerbird serve --demo --open', 'label in the browser'],
  ['bowerbird add birds pictures/birds', 'or here: add a folder of images'],
  ['bowerbird ask birds --budget 10', 'see which ten are worth a label'],
  ['bowerbird answer birds 12=wren 31=robin', 'label two of them'],
] as const

/** Runs one command; gives the code that the shell should see. */
export async function main(argv: readonly string[], o: CliOptions): Promise<ExitCode> {
  const program = programOf(argv, o)
  try {
    if (argv.length === 0) program.help()
    await program.parseAsync([...argv], { from: 'user' })
    return 0
  } catch (error) {
    return told(error, { json: argv.includes('--json'), o })
  }
}

function programOf(argv: readonly string[], o: CliOptions): Command {
  const program = new Command('bowerbird')
    .version(o.version, '--version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .enablePositionalOptions()
    .usage('<command> [options]')
    .addHelpText('before', `${promise}\n`)
    .addHelpText('after', () => helpAfter(o))
  addSharedOptions(program)
  // Of those that are not called only the name is seen: the flags of all took 0.05 s.
  const ofSteps = o.steps.map((step) =>
    argv.includes(step.name) ? stepCommand(step, o) : commandNamed(step),
  )
  const commands = [...ofSteps, serveCommand(o), ...houseCommands(o)]
  for (const heading of [...Object.keys(groups), otherGroup]) program.commandsGroup(heading)
  for (const command of commands.sort((a, b) => placeOf(a.name()) - placeOf(b.name()))) {
    program.addCommand(command.helpGroup(groupOf(command.name())))
  }
  for (const command of [program, ...program.commands]) quiet(command, o)
  return program
}

function helpAfter(o: CliOptions): string {
  const bold = (text: string) => (hasColours(o) ? `\u001B[1m${text}\u001B[22m` : text)
  const columns = (rows: readonly (readonly [string, string, ...unknown[]])[]): string => {
    const width = Math.max(...rows.map(([term]) => term.length))
    return rows.map(([term, says]) => `  ${term.padEnd(width)}  ${says}`).join('\n')
  }
  return `
${bold('Configuration, on every command:')}
${columns(configurationFlags())}

${bold('Begin:')}
${columns(examples)}

bowerbird <command> --help shows a command’s own flags.`
}

const hasColours = (o: CliOptions): boolean => o.out.isTTY === true && !o.env['NO_COLOR']

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
      getOutHasColors: () => hasColours(o),
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
  // Help and version leave by an error too.
  if (error instanceof CommanderError && error.exitCode === 0) return 0
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
