// bin/process/context.ts is what a command is given from outside: the only place that touches `process`, but for signals and its name.
import { type Log, silentLog } from '../../functions/platform/log.ts';
import type { Environment } from '../../functions/runtime/settings.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { Interrupt } from './interrupt.ts';
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
  /** What the process will end with. */
  exitCode: ExitCode = EXIT.ok;
  /** The same where nobody reads our output any more: `| head` has seen enough, which is no failure. */
  exitCodeWhenUnread: ExitCode = EXIT.ok;

  constructor(verbose: boolean) {
    this.verbose = verbose;
    this.err = new Terminal(process.stderr, () => {});
    this.out = new Terminal(process.stdout, ({ code, message }) => {
      if (code === 'EPIPE') process.exit(this.exitCodeWhenUnread);
      void this.err.line(`restore-ledger: the output can't be written: ${message}`);
      process.exit(EXIT.failed);
    });
    this.log = verbose ? stderrLog((line) => void this.err.line(line)) : silentLog;
  }
}
