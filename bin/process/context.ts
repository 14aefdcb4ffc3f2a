// bin/process/context.ts: what a command gets from its environment: variables, streams, signals, exit code.
import { type Log, silentLog } from '../../functions/platform/log.ts';
import type { Environment } from '../../functions/runtime/settings.ts';
import { EXIT, type ExitCode, Interrupted } from './exit-codes.ts';
import { Interrupt } from './interrupt.ts';
import { Progress } from './progress.ts';
import { stderrLog } from './stderr-log.ts';
import { Terminal } from './terminal.ts';

export class Context {
  readonly env: Environment = process.env;
  readonly verbose: boolean;
  readonly out: Terminal;
  readonly err: Terminal;
  /** Silent without --verbose. */
  readonly log: Log;
  readonly interrupt = new Interrupt();
  exitCode: ExitCode = EXIT.ok;
  /** The exit code where nobody reads the output to its end: `| head` has seen enough, which is no failure. */
  exitCodeWhenUnread: ExitCode = EXIT.ok;

  constructor(verbose: boolean) {
    this.verbose = verbose;
    this.err = new Terminal(process.stderr, () => {});
    this.out = new Terminal(process.stdout, ({ code, message }) => {
      if (code === 'EPIPE') process.exit(this.exitCodeWhenUnread);
      // At once: nothing that waits is written any more.
      process.stderr.write(`restore-ledger: the output can't be written: ${message}\n`);
      process.exit(EXIT.failed);
    });
    this.log = verbose ? stderrLog((line) => void this.err.line(line)) : silentLog;
  }

  /** Silent with --verbose, whose log lines say more. */
  progress = () => new Progress(this.err, { on: !this.verbose });

  /** Both exit codes: the command's result is known before it is printed. */
  end(exitCode: ExitCode) {
    this.exitCode = exitCode;
    this.exitCodeWhenUnread = exitCode;
  }

  /** Undefined where the work was interrupted; `farewell` is printed then. */
  async unlessInterrupted<T>(work: () => Promise<T>, farewell: () => string): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      this.exitCode = error.exitCode;
      await this.err.line(farewell());
      return undefined;
    }
  }
}
