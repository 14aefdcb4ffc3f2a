// bin/process/run-program.ts: the run of a program of commands to the end of the process, with help, errors and exit codes.
import { type Command, CommanderError } from 'commander';
import type { Context } from './context.ts';
import { EXIT, formatFatal, UsageError } from './exit-codes.ts';
import { fillParagraphs } from './help-text.ts';

/** Commands leave their exit code in `context`. @param argv without node and the file */
export async function runProgram(program: Command, argv: readonly string[], context: Context): Promise<never> {
  try {
    await asOurs(program).parseAsync(withHelpFlag(program, argv), { from: 'user' });
  } catch (error) {
    // Without a command, commander shows the help and ends with 1.
    if (isHelp(error)) context.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    else {
      const { text, exitCode } = formatFatal(asUsage(error), context.verbose);
      context.exitCode = exitCode;
      await context.err.write(text);
    }
  }
  await Promise.all([context.out.flush(), context.err.flush()]);
  process.exit(context.exitCode);
}

/** `help atlas list` as `atlas list --help`: commander's own command knows only the first name. @throws UsageError */
function withHelpFlag(program: Command, argv: readonly string[]): readonly string[] {
  const [first, ...names] = argv;
  if (first !== 'help' || names.length === 0 || names[0]?.startsWith('-')) return argv;
  let command: Command | undefined = program;
  for (const name of names) {
    command = command.commands.find((each) => each.name() === name);
    if (!command) throw new UsageError(`unknown command '${names.join(' ')}': see --help`);
  }
  return [...names, '--help'];
}

/** Errors are thrown, and every command has --verbose. */
function asOurs(command: Command): Command {
  command
    .exitOverride()
    .configureOutput({
      outputError: () => {},
      writeOut: (text) => process.stdout.write(fillParagraphs(text, process.stdout.columns)),
      writeErr: (text) => process.stderr.write(fillParagraphs(text, process.stderr.columns)),
    })
    .helpOption('-h, --help', 'show this');
  if (command.commands.length > 0) command.helpCommand('help [command]', 'show this, or how a command is used');
  else command.option('--verbose', 'log what is done, and show the causes of errors').allowExcessArguments(false);
  for (const each of command.commands) asOurs(each);
  return command;
}

const HELP = new Set(['commander.helpDisplayed', 'commander.version', 'commander.help']);
const isHelp = (error: unknown): error is CommanderError => error instanceof CommanderError && HELP.has(error.code);

function asUsage(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  return new UsageError(`${error.message.replace(/^error: |\.$/g, '')}: see --help`);
}
