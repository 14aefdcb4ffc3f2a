// bin/process/exit-codes.ts: exit codes, and the errors that a command can end with.
import type { SignatureError } from '../../functions/signing/errors.ts';
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
  /** It has ended, with an unknown outcome. */
  jobUnknown: 7,
  drillOverdue: 8,
  /** A history, or a number of jobs, differs from what was recorded. */
  historyBroken: 9,
  /** What is signed, or its signature, is not what was signed. */
  signatureWrong: 10,
  /** It is signed by another key than those that are trusted. */
  signatureUntrusted: 11,
  /** As `timeout` of GNU coreutils. */
  timedOut: 124,
  interrupted: 130,
  terminated: 143,
} as const;
/** Of a run, by its status. */
export const RUN_EXIT = { complete: EXIT.ok, incomplete: EXIT.incomplete, failed: EXIT.failed } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A mistake in arguments or settings, found before any call is made. The message says what was expected and what was given. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export class CommandError extends Error {
  override readonly name: string = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(message: string, options: { exitCode?: ExitCode; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode ?? EXIT.failed;
  }
}

/** The reason of an aborted signal: SIGINT or SIGTERM. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode) {
    super('stopped');
    this.exitCode = exitCode;
  }
}

export function formatFatal(error: unknown, verbose: boolean): { text: string; exitCode: ExitCode } {
  const exitCode = exitCodeOf(error);
  const lines = [`restore-ledger: ${sanitize(messageOf(error))}`];
  if (verbose) lines.push(...causes(error));
  return { text: `${lines.join('\n')}\n`, exitCode };
}

const SIGNATURE_EXIT: Readonly<Record<string, ExitCode>> = {
  SIGNATURE_WRONG: EXIT.signatureWrong,
  SIGNATURE_UNTRUSTED: EXIT.signatureUntrusted,
};

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof Error && error.name === 'SignatureError')
    return SIGNATURE_EXIT[(error as SignatureError).code] ?? EXIT.failed;
  return error instanceof CommandError || error instanceof Interrupted ? error.exitCode : EXIT.failed;
}

/** Errors whose message, written for people, says all, whatever caused them. */
const OURS = [UsageError, CommandError, Interrupted];
const MEANT_FOR_PEOPLE = new Set(['AtlasError', 'LedgerError', 'SignatureError', 'StoreError', 'TemporaryFileError']);

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `unexpected: ${String(error)}`;
  if (OURS.some((type) => error instanceof type)) return error.message;
  return awsAdvice(error) ?? (MEANT_FOR_PEOPLE.has(error.name) ? error.message : unexpected(error));
}

const unexpected = ({ name, message }: Error) =>
  `unexpected ${name}: ${message}; run it again with --verbose, and report what it shows`;

/** The AWS SDK's own messages about an environment that isn't set up speak to programmers. */
function awsAdvice(error: Error): string | undefined {
  const chain = [error, ...chainOf(error)];
  const advice = 'or leave out --table and TABLE_NAME to keep the ledger in a directory';
  if (chain.some(({ message }) => /Region is missing/.test(message))) return `no AWS region: set AWS_REGION, ${advice}`;
  if (!chain.some(({ name }) => name === 'CredentialsProviderError')) return undefined;
  return `no AWS credentials: sign in (aws sso login), set AWS_PROFILE, ${advice}`;
}

const chainOf = ({ cause }: Error): Error[] => (cause instanceof Error ? [cause, ...chainOf(cause)] : []);

function causes(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const stack = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  const because = chainOf(error).map(({ name, message }) => `  because ${name}: ${sanitize(message)}`);
  return [...because, ...stack.slice(0, 8).map((line) => `  ${sanitize(line.trim())}`)];
}
