// bin/process/exit-codes.ts is what a command can end with: one line that says what to do, and an exit code.
import { sanitize } from './sanitize.ts';

/** The shell's codes for a process that a signal ended are 128 and the signal's number. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  incomplete: 3,
  jobFailed: 4,
  jobCancelled: 5,
  jobExpired: 6,
  /** It has ended, and how is not known. */
  jobUnknown: 7,
  /** A cluster is overdue for a restore drill. */
  drillOverdue: 8,
  /** A history, or a number of jobs, doesn't fit any more. */
  historyBroken: 9,
  /** As `timeout` of GNU coreutils. */
  timedOut: 124,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A mistake in the arguments or settings; found before any call is made. The message names what was expected and what came. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command can't do what it was asked to. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(message: string, options: { exitCode?: ExitCode; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode ?? EXIT.failed;
  }
}

/** Why an AbortSignal was raised: the person at the keyboard, or the system, wants an end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode) {
    super('stopped');
    this.exitCode = exitCode;
  }
}

/** What to write to stderr for an error, and what to end with. */
export function formatFatal(error: unknown, verbose: boolean): { text: string; exitCode: ExitCode } {
  const exitCode = exitCodeOf(error);
  const lines = [`restore-ledger: ${sanitize(messageOf(error))}`];
  if (verbose) lines.push(...causes(error));
  return { text: `${lines.join('\n')}\n`, exitCode };
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof CommandError || error instanceof Interrupted) return error.exitCode;
  return EXIT.failed;
}

/** Names of errors whose message was written for people. */
const MEANT_FOR_PEOPLE = new Set(['AtlasError', 'LedgerError']);

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `unexpected: ${String(error)}`;
  // Ours say all there is to say, whatever caused them.
  if (error instanceof UsageError || error instanceof CommandError || error instanceof Interrupted)
    return error.message;
  return awsAdvice(error) ?? (MEANT_FOR_PEOPLE.has(error.name) ? error.message : unexpected(error));
}

const unexpected = ({ name, message }: Error) =>
  `unexpected ${name}: ${message}; run it again with --verbose, and report what it shows`;

/** What the AWS SDK says about an environment that isn't set up speaks to programmers. */
function awsAdvice(error: Error): string | undefined {
  const chain = [error, ...chainOf(error)];
  if (chain.some(({ message }) => /Region is missing/.test(message))) {
    return 'no AWS region: set AWS_REGION, or leave out --table and TABLE_NAME to keep the ledger in a directory';
  }
  if (chain.some(({ name }) => name === 'CredentialsProviderError')) {
    return 'no AWS credentials: sign in (aws sso login), set AWS_PROFILE, or leave out --table and TABLE_NAME to keep the ledger in a directory';
  }
  return undefined;
}

function chainOf({ cause }: Error): Error[] {
  return cause instanceof Error ? [cause, ...chainOf(cause)] : [];
}

function causes(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const stack = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  const because = chainOf(error).map(({ name, message }) => `  because ${name}: ${sanitize(message)}`);
  return [...because, ...stack.slice(0, 8).map((line) => `  ${sanitize(line.trim())}`)];
}
