// bin/process/run-program.ts runs a program of commands and ends the process: help, errors and exit codes go one way, ours.
import { type Command, CommanderError } from 'commander';
import type { Context } from './context.ts';
import { EXIT, lastWords, UsageError } from './exit-codes.ts';

/** Commands say how they ended in `context.exitCode`. @param argv without node and the file */
export async function toTheEnd(program: Command, argv: readonly string[], context: Context): Promise<never> {
  try {
    await asOurs(program).parseAsync(argv, { from: 'user' });
  } catch (error) {
    // Shown because nothing was asked for, help ends with 1.
    if (isHelp(error)) context.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    else {
      const { text, exitCode } = lastWords(asUsage(error), context.verbose);
      context.exitCode = exitCode;
      await context.err.write(text);
    }
  }
  await Promise.all([context.out.flush(), context.err.flush()]);
  process.exit(context.exitCode);
}

/** Errors come to us, and every command takes --verbose. */
function asOurs(command: Command): Command {
  command
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .helpOption('-h, --help', 'show this')
    .helpCommand(false);
  if (command.commands.length === 0) {
    command.option('--verbose', 'log what is done, and show the causes of errors').allowExcessArguments(false);
  }
  for (const each of command.commands) asOurs(each);
  return command;
}

const HELP = new Set(['commander.helpDisplayed', 'commander.version', 'commander.help']);
const isHelp = (error: unknown): error is CommanderError => error instanceof CommanderError && HELP.has(error.code);

/** What commander finds wrong, in one line. */
function asUsage(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  return new UsageError(`${error.message.replace(/^error: /, '')}: see --help`);
}
