// bin/servers/serve.ts: the page and the API on this machine, over any ledger.
import { randomBytes } from 'node:crypto';
import { access, constants } from 'node:fs/promises';
import { Command } from 'commander';
import { BROWSER_PREFIX, CALLBACK_PATH } from '../../functions/api/sign-in/prefix.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { lateAfterMs } from '../../functions/platform/freshness.ts';
import type { Log } from '../../functions/platform/log.ts';
import { type Accounts, accountsAtHand } from '../options/credentials.ts';
import { wholeNumber } from '../options/flags.ts';
import {
  addTargetOptions,
  openLedger,
  resolveTarget,
  type Target,
  type TargetFlags,
} from '../options/ledger-target.ts';
import { chosenObjectives, type RulesFlags, withObjectives } from '../options/rules.ts';
import type { Context } from '../process/context.ts';
import { UsageError } from '../process/exit-codes.ts';
import { raised } from '../process/interrupt.ts';
import { listening } from '../process/port-error.ts';
import { stderrLog } from '../process/stderr-log.ts';
import { thisProcess } from '../process/this-process.ts';
import { whoAmI } from '../process/who-am-i.ts';
import type { RunsHere } from './runs-here.ts';

interface ServeFlags extends TargetFlags, RulesFlags {
  port: number;
  runsEvery?: number;
  signInIssuer?: string;
  signInClientId?: string;
  signInRolesClaim: string;
}

/** One more than the simulator's. */
export const SERVE_PORT = 27_081;

const HELP = `
A browser can't sign requests for AWS. This server asks for no signature: anyone on this machine can read what you can, annotate restore
jobs in your name and, if Atlas credentials are in the environment, as for collect, start runs (POST /runs). Other machines get no answer.
Other commands may read and write the same directory meanwhile. It needs a ledger: run restore-ledger collect first.

Examples:
  $ restore-ledger serve
  $ restore-ledger serve --table restore-ledger --port 0
  $ restore-ledger jobs --since 7d --api http://127.0.0.1:${SERVE_PORT}`;

export function serveCommand(context: Context): Command {
  const command = new Command('serve')
    .description('serve the page and the HTTP API on this machine, over any ledger, until Ctrl-C')
    .addOption(wholeNumber('--port <n>', 'on 127.0.0.1; 0: any that is free', 0, 65_535).default(SERVE_PORT))
    .addOption(
      wholeNumber(
        '--runs-every <minutes>',
        'how often the collector runs, used to tell when it is late (default: late after 26 h)',
        1,
        1_000_000,
      ),
    )
    .option(
      '--sign-in-issuer <url>',
      'OpenID Connect issuer with which everyone must sign in (default: nobody signs in)',
    )
    .option('--sign-in-client-id <id>', 'public client of that issuer')
    .option('--sign-in-roles-claim <name>', 'claim of the ID token that holds read, run or annotate', 'cognito:groups')
    .addHelpText('after', HELP);
  return withObjectives(addTargetOptions(command)).action((flags: ServeFlags) => serve(flags, context));
}

async function serve(flags: ServeFlags, context: Context) {
  const { out, err, interrupt } = context;
  const signIn = signInOf(flags);
  const where = resolveTarget(flags, context.env);
  const objectives = await chosenObjectives(flags, context.env);
  await using accounts = await accountsAtHand(context);
  const takesWrites = accounts !== undefined || (await isWritable(where));
  // Nothing is made: in a directory that was mistyped, an empty ledger would look like one without restores.
  await using opened = await openLedger(where, { write: takesWrites });
  const { ledger } = opened;
  // A missing table, or missing AWS credentials, fail now and not in each answer.
  await ledger.runs({ limit: 1 });
  const log = logOf(context);
  await using runs = accounts && (await runsOf(accounts, ledger, log));
  const { serveApi } = await import('../../local/serve.ts');
  const lateAfter = flags.runsEvery === undefined ? undefined : lateAfterMs(flags.runsEvery);
  const signal = interrupt.gently(() => void err.line('Stopping; Ctrl-C again stops at once.'));
  const user = { kind: 'user', name: whoAmI(context), selfDeclared: true } as const;
  // Annotations of a spoke's jobs are made in the spoke, whose history they continue.
  const isHub = (await ledger.scope())?.spokes !== undefined;
  const annotations = takesWrites && !isHub ? { table: opened.table, user } : undefined;
  const place = 'tableName' in where ? where.tableName : where.dataDir;
  const evidence = { ledgerName: place };
  const options = {
    evidence,
    ledger,
    log,
    runs,
    annotations,
    port: flags.port,
    lateAfterMs: lateAfter,
    objectives,
    signIn,
  };
  await using server = await listening(flags.port, serveApi(options));
  await out.line(server.url);
  if (signIn) await err.line(`Redirect URI of the client: ${server.url}${BROWSER_PREFIX}${CALLBACK_PATH}`);
  const starts = runs ? 'runs can be started' : 'without Atlas credentials no run can be started';
  await err.line(`The page and API of ${'tableName' in where ? `table ${place}` : place}; ${starts}. Ctrl-C stops it.`);
  await raised(signal);
}

/** With a key of this process: sessions end with it. @throws UsageError */
function signInOf({ signInIssuer: issuer, signInClientId: clientId, signInRolesClaim: rolesClaim }: ServeFlags) {
  if (issuer === undefined && clientId === undefined) return undefined;
  if (issuer === undefined || !isIssuer(issuer))
    throw new UsageError(
      `--sign-in-issuer: expected an https address, or http on this machine, got ${JSON.stringify(issuer ?? 'nothing')}`,
    );
  if (!clientId) throw new UsageError('--sign-in-client-id: expected the id of a client of the issuer, got nothing');
  const key = randomBytes(32).toString('base64url');
  const values = { read: ['read'], run: ['run'], annotate: ['annotate'] };
  return { issuer, clientId, rolesClaim, values, sessionMinutes: 60, key: async () => key };
}

const isIssuer = (text: string) =>
  URL.canParse(text) && /^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost)(:|\/|$))/.test(text);

/** A directory that may only be read can be served, too. */
async function isWritable(where: Target): Promise<boolean> {
  if ('tableName' in where) return true;
  return access(where.dataDir, constants.W_OK).then(
    () => true,
    () => false,
  );
}

async function runsOf({ all }: Accounts, ledger: Ledger, log: Log): Promise<RunsHere> {
  const [{ RunsHere }, { systemClock }] = await Promise.all([
    import('./runs-here.ts'),
    import('../../functions/platform/clock.ts'),
  ]);
  return new RunsHere({ accounts: all, ledger, log, clock: systemClock, maker: thisProcess });
}

/** Errors are always logged: an answer only says that there was one. */
function logOf({ log, verbose, err }: Context): Log {
  if (verbose) return log;
  const { error } = stderrLog((line) => void err.line(line));
  return { ...log, error: (message, { stack: _, ...fields } = {}) => error(message, fields) };
}
